"""`nntrain plot`: plots of a run, a group or a search."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType

from nntrain import backend
from nntrain.cli import output_file
from nntrain.cli.requests import Plot
from nntrain.config.messages import listed
from nntrain.errors import ConfigError
from nntrain.nearest import nearest
from nntrain.runs import plotting
from nntrain.search import plotting as of_search
from nntrain.storage import run_files
from nntrain.storage.atomic import write_file, writing
from nntrain.storage.find_runs import Search, find, first_member
from nntrain.storage.run_dir import RunDir
from nntrain.subject import Subject, read
from nntrain.terminal import Terminal

_COMPARES, _ANIMATED = "compared_curves", "decision_boundary"
_TRAIN_FIRST = "train it further first"
_FILES = (".png", ".svg", ".gif")
_OTHER_FILES = (".pdf", ".jpg", ".jpeg", ".eps", ".ps", ".webp", ".tif", ".tiff", ".bmp")


def run(request: Plot, terminal: Terminal) -> None:
    """Draw the plots that are named, or all that are allowed, and print their paths.

    Raises ConfigError for a kind that is unknown or that the run does not allow, and what its data and model raise.
    """
    directory = find(request.runs_dir, request.name)
    subject = read(directory)
    for complaint in subject.complaints:
        terminal.note(f"warning: {complaint}")
    others = tuple(read(find(request.runs_dir, name)) for name in request.beside or ())
    known = plotting.kinds(subject) | _of_search(directory)
    names = _to_draw(request, subject, known)
    modules = {name: known[name] for name in names}
    place = Destination(request, directory, list(modules.values()))
    backend.start(request.device, request.verbose)
    request.heavy().run(request, (subject, *others), modules, place, terminal)


def _of_search(directory: RunDir) -> dict[str, ModuleType]:
    if not isinstance(directory, Search):
        return {}
    return of_search.kinds()


def _to_draw(request: Plot, subject: Subject, known: dict[str, ModuleType]) -> list[str]:
    """Return the names of the plots to draw; raises ConfigError for one that cannot be drawn."""
    fitting = [name for name, module in known.items() if not _lacks(module, subject)]
    if not fitting and not request.kinds:
        raise ConfigError(f"nothing can be drawn of `{request.name}` ({subject.state})", help=_TRAIN_FIRST)
    asked = request.kinds or ([_ANIMATED] if request.animate else [_COMPARES] if request.beside else fitting)
    allowed = f"of `{request.name}` can be drawn: {listed(fitting)}" if fitting else _TRAIN_FIRST
    names = []
    for word in asked:
        name = word.lower().replace("-", "_").removesuffix(".png")
        if name not in known:
            raise _unknown(word, name, known, request, allowed)
        reason = "" if name == _COMPARES and request.beside else _lacks(known[name], subject)
        if reason:
            raise ConfigError(f"`{name}` cannot be drawn of `{request.name}`: {reason}", help=allowed)
        names.append(name)
    return list(dict.fromkeys(names))


def _lacks(module: ModuleType, subject: Subject) -> str:
    """Return in words why the files do not allow a plot; what the trials of a search lack is found when it is drawn."""
    return str(module.lacks(subject)) if hasattr(module, "lacks") else ""


def _unknown(word: str, name: str, known: Iterable[str], request: Plot, allowed: str) -> ConfigError:
    """Return the error for a plot that there is not, or only of one run."""
    of_a_run = plotting.kinds(Subject(RunDir(Path()), ""))
    if name in of_a_run:
        folder = find(request.runs_dir, request.name).path
        help = f"name one of its runs, such as `{request.name}/{first_member(folder)}`; {allowed}"
        return ConfigError(f"`{name}` is drawn of one run, and `{request.name}` holds several", help=help)
    close = nearest(name, known) or next((other for other in known if name in other), "")
    return ConfigError(f"unknown plot `{word}`", help=f"write `{close}`; {allowed}" if close else allowed)


class Destination:
    """Where plots are written: into the run, a folder or a file."""

    def __init__(self, request: Plot, directory: RunDir, modules: Sequence[ModuleType]) -> None:
        self.directory = directory
        self.output = request.output
        self.is_file = self.output is not None and self.output.suffix.lower() in _FILES and not self.output.is_dir()
        self.animate = request.animate
        still = [module for module in modules if not hasattr(module, "animate")]
        if self.animate and (still or not modules):
            moving = f"`nntrain plot {request.name} {_ANIMATED} --animate`"
            raise ConfigError(f"only `{_ANIMATED}` can be animated", help=f"write {moving}")
        is_svg = request.svg or (self.is_file and str(self.output).lower().endswith(".svg"))
        self.format = "gif" if self.animate else "svg" if is_svg else "png"
        if self.output is None:
            return
        if self.is_file and len(modules) != 1:
            help = f"give a folder, or one kind: `nntrain plot {request.name} learning_curves -o {self.output}`"
            raise ConfigError(f"`{self.output}` is one file, for {len(modules)} plots", help=help)
        if not self.is_file and not self.output.is_dir():
            if self.output.exists() or self.output.suffix.lower() in _OTHER_FILES:
                raise ConfigError(f"`{self.output}` is not a folder", help="give a folder, or a `.png` or `.svg` file")
            with writing(self.output.parent, existed=False):
                self.output.mkdir()
        if self.is_file:
            output_file.refuse(self.output, example="learning_curves.png")
            suffix = f".{self.format}"
            if self.output.suffix.lower() != suffix:
                help = f"write `-o {self.output.with_suffix(suffix)}`"
                raise ConfigError(f"the plot is no `{self.output.suffix}` file", help=help)

    def write(self, name: str, content: bytes) -> Path:
        """Write a plot and return its path."""
        if self.output is None:
            self.directory.write(f"{run_files.PLOTS}/{name}", content)
            return self.directory.path / run_files.PLOTS / name
        file = self.output if self.is_file else self.output / name
        write_file(file, content)
        return file
