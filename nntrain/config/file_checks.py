"""Whether the files that a config names exist, before anything heavy is loaded."""

from pathlib import Path
from typing import Protocol

from nntrain.config.data import Source
from nntrain.config.experiment import Experiment
from nntrain.document.yaml_file import Document
from nntrain.errors import DataError, Problem
from nntrain.errors import Path as ConfigPath
from nntrain.nearest import exists, near_path
from nntrain.storage.regular_file import irregular_kind


class Config(Protocol):
    """What `load.Config` has of the text and the values of a config."""

    @property
    def experiment(self) -> Experiment: ...

    @property
    def document(self) -> Document: ...


def refuse_missing(config: Config) -> None:
    """Raise DataError for each option whose file or folder is missing, or is the other of the two."""
    if found := faults(config.experiment.data, config.document):
        raise DataError(problems=config.document.in_order(found))


def faults(source: Source, document: Document) -> list[Problem]:
    """Return a problem for each option whose file or folder is missing, or is the other of the two."""
    found = []
    for option, file in source.paths().items():
        path = ("data", source.called(), *option)
        if option != ("path",) and not source.takes_files:
            continue  # a rule refuses the option
        fault = _fault_of_folder if source.is_folder(option) else _fault
        if worded := fault(Path(file), _written(document, path)):
            found.append(Problem(worded[0], path, worded[1]))
    return found


def _written(document: Document, path: ConfigPath) -> str:
    """Return the path of the file as the user wrote it."""
    value = document.value(path)
    value = value.get("path") if isinstance(value, dict) else value
    return value if isinstance(value, str) else ""


def _fault(file: Path, written: str) -> tuple[str, str] | None:
    if not exists(file):
        return f"there is no file `{file}`", near_path(file, written)
    kind = irregular_kind(file)
    return (f"`{file}` is {kind}", "give the path of a file") if kind else None


def _fault_of_folder(folder: Path, written: str) -> tuple[str, str] | None:
    if not exists(folder):
        return f"there is no folder `{folder}`", near_path(folder, written)
    help = "give the folder that holds one folder for each class"
    if folder.suffix.lower() in (".csv", ".tsv"):
        help = f"write `path: {folder.parent}, labels: {folder}`, if the file names the images below that folder"
    return None if folder.is_dir() else (f"`{folder}` is a file", help)
