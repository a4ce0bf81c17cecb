"""A config before it is trained: its warnings are printed, and the files that it names are there."""

from dataclasses import replace
from pathlib import Path

from nntrain.config import file_checks
from nntrain.config.load import Config, from_document, put_value
from nntrain.document.yaml_file import inline
from nntrain.errors import ConfigError
from nntrain.nearest import exists
from nntrain.storage.find_runs import find_weights
from nntrain.terminal import Terminal

_INIT_FROM = ("train", "init_from")
_WEIGHTS = (b"PK\x03\x04", b"\x89HDF")  # how a zip file such as `.keras`, and one of HDF5, begin


def checked(config: Config, terminal: Terminal, runs_dir: Path) -> Config:
    """Return the config after its warnings are printed, with `train.init_from` as a path; raises for a missing file.

    Raises ConfigError for initial weights that are not there, and DataError for a file of the data.
    """
    for warning in config.warnings:
        terminal.note(str(warning))
    found = _with_weights(config, runs_dir)
    file_checks.refuse_missing(found)
    return found


def init_from_assignment(weights: str) -> str:
    """Return the assignment of `--init-from`: of a path below the working folder, or of the name of a run."""
    path = Path(weights)
    return f"train.init_from={inline(str(path.absolute()) if exists(path) else weights)}"


def without_test(config: Config) -> Config:
    """Return the config with its test split left alone."""
    return put_value(config, f"data.{config.experiment.data.called()}.hold_out_test", True)


def _refuse_other_files(path: Path, name: str) -> None:
    """Raise ConfigError for a file that does not begin as one of weights; the rest is read when the model is built."""
    try:
        with path.open("rb") as file:
            begin = file.read(4)
    except OSError as error:
        raise ConfigError(f"`{name}` cannot be read: {error.strerror}", help="check its permissions") from None
    if begin not in _WEIGHTS:
        what = "is neither a `.keras` nor a `.weights.h5` file" if begin else "is empty"
        raise ConfigError(f"`{name}` {what}", help="give another file of weights")


def _with_weights(config: Config, runs_dir: Path) -> Config:
    given = config.experiment.train.init_from
    if given is None:
        return config
    name = str(config.document.value(_INIT_FROM))
    try:
        path = str(find_weights(runs_dir, name, Path(given)).absolute())
        if Path(path).is_file():
            _refuse_other_files(Path(path), name)
    except ConfigError as error:
        at_option = [replace(problem, path=_INIT_FROM) for problem in error.problems]
        faults = file_checks.faults(config.experiment.data, config.document)
        raise ConfigError(problems=config.document.in_order([*at_option, *faults])) from None
    tree = config.document.tree
    put = {**tree, "train": {**tree["train"], "init_from": path}}
    return config if path == given else from_document(replace(config.document, tree=put))
