"""The files of `--plugin` and `plugin=`, read, imported and in use for the length of a command."""

import contextlib
import linecache
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

from nntrain import backend
from nntrain.config import plugin as plugins
from nntrain.config.messages import article
from nntrain.config.plugin import Plugin, PluginFile
from nntrain.errors import ConfigError, Problem, one_line
from nntrain.nearest import exists
from nntrain.plugins import kinds, place
from nntrain.storage.home import expanded

MOST_BYTES = 4 << 20

Given = str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None
"""The path of a plug-in, or several, or none."""


@contextlib.contextmanager
def used(files: Given | Sequence[PluginFile], verbose: bool = False) -> Iterator[None]:
    """Let configs use the classes of these files inside the block. What they raise there is an error with its line.

    Raises ConfigError for a file that cannot be read or imported, or adds nothing. Without files nothing is loaded.
    """
    loaded = load(files, verbose)
    with plugins.using(loaded), _modules(loaded), place.errors_worded():
        yield


def load(files: Given | Sequence[PluginFile], verbose: bool = False) -> tuple[Plugin, ...]:
    """Return the plug-ins of these files; raises ConfigError as `used` does."""
    if not files:
        return ()
    several = [files] if isinstance(files, (str, os.PathLike)) else files
    kinds_of_files = (str, os.PathLike, PluginFile)
    if not isinstance(several, Sequence) or not all(isinstance(each, kinds_of_files) for each in several):
        raise ConfigError(f"`plugin` is a file or a list of files, got `{files}`", help="give `plugin='my_layers.py'`")
    read_files = [file if isinstance(file, PluginFile) else read(file) for file in several]
    backend.load(verbose)
    loaded: list[Plugin] = []
    for file in dict.fromkeys(read_files):
        found = _imported(file)
        _refuse_twice(found, loaded)
        loaded.append(found)
    return tuple(loaded)


def read(given: str | os.PathLike[str]) -> PluginFile:
    """Read a file; raises ConfigError for one that is missing, a folder, or not called as a module is."""
    path = expanded(given)
    name = one_line(str(given))
    if not name:
        raise ConfigError("`--plugin` names no file", help="give a file, such as `--plugin my_layers.py`")
    if path.is_dir():
        raise ConfigError(f"the plug-in `{name}` is a folder", help=f"give a file in it, such as `{name}/my_layers.py`")
    if path.suffix != ".py" or not path.stem.isidentifier():
        stem = "".join(sign if sign.isalnum() else "_" for sign in path.stem)
        better = f"{stem}.py" if stem.isidentifier() else "my_layers.py"
        message = f"a plug-in is called as a module of Python is, got `{path.name or name}`"
        raise ConfigError(message, help=f"rename the file to `{better}`")
    if not exists(path):
        raise ConfigError(f"the plug-in `{name}` does not exist", help="check the path after `--plugin`")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(
                f"the plug-in `{name}` is larger than {MOST_BYTES >> 20} MB", help="keep code alone in it"
            )
        return PluginFile(str(path.absolute()), path.read_bytes())
    except OSError as error:
        raise ConfigError(f"the plug-in `{name}` cannot be read: {error.strerror}", help="check the file") from None


@cache
def _imported(file: PluginFile) -> Plugin:
    """Return the plug-in of a file; one of the same content has the same classes in the whole process."""
    module = ModuleType(file.module)
    module.__file__ = file.path
    text = file.content.decode(errors="replace")
    # The file may change while the process runs: its lines are those that were imported.
    linecache.cache[file.path] = (len(text), None, text.splitlines(keepends=True), file.path)
    plugin = Plugin(file, module, ())
    with _modules([plugin]):
        try:
            with contextlib.redirect_stdout(sys.stderr):  # stdout is for results
                exec(compile(file.content, file.path, "exec"), module.__dict__)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # own code may raise anything
            raise _import_error(file, error) from error
        return Plugin(file, module, kinds.members(file, module))


@contextlib.contextmanager
def _modules(loaded: Sequence[Plugin]) -> Iterator[None]:
    """Make the modules known to Python inside the block, which needs them to look things up by their names."""
    before = {plugin.file.module: sys.modules.get(plugin.file.module) for plugin in loaded}
    sys.modules.update({plugin.file.module: plugin.module for plugin in loaded})
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def _import_error(file: PluginFile, error: BaseException) -> ConfigError:
    message = f"the plug-in `{file.name}` cannot be imported: {place.words(error)}"
    span = place.raised_in(error, file) or place.at(file, 1)
    return ConfigError(problems=[Problem(message, help=_help(file, error), span=span)])


def _help(file: PluginFile, error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        beside = Path(file.path).with_name(f"{error.name}.py")
        if beside.is_file():
            return f"put what it needs of `{beside.name}` into it: a plug-in is one file, whose content a run records"
        return f"install `{error.name}`, or leave the import out"
    if isinstance(error, SystemExit):
        return 'put what ends the program below `if __name__ == "__main__":`'
    return "correct the file"


def _refuse_twice(found: Plugin, loaded: Sequence[Plugin]) -> None:
    """Raise ConfigError for a plug-in with the name of another one, or with one of its names."""
    for other in loaded:
        if other.file.module == found.file.module:
            message = f"two plug-ins are called `{found.file.name}`"
            raise ConfigError(message, help="rename one of them, or give one alone")
        theirs = {(member.noun, member.called()) for member in other.members}
        for member in found.members:
            if (member.noun, member.called()) in theirs:
                message = f"`{other.file.name}` has {article(member.noun)} `{member.called()}` too"
                raise place.Place(found.file, member.called()).error(message, "give one of them another name")
