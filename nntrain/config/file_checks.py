"""Whether the files that a config names exist, before anything heavy is loaded."""

from pathlib import Path

from nntrain.config.load import Config, in_order
from nntrain.errors import DataError, Problem
from nntrain.errors import Path as ConfigPath
from nntrain.nearest import exists, near_path
from nntrain.storage.regular_file import irregular_kind


def refuse_missing(config: Config) -> None:
    """Raise DataError for each option whose file or folder is missing, or is the other of the two."""
    source = config.experiment.data
    fault = _fault_of_folder if source.of_folders else _fault
    found = []
    for option, file in source.paths().items():
        path = ("data", source.called(), *option)
        if worded := fault(Path(file), _written(config, path)):
            found.append(Problem(worded[0], path, worded[1]))
    if found:
        raise DataError(problems=in_order(config.document, found))


def _written(config: Config, path: ConfigPath) -> str:
    """Return the path of the file as the user wrote it."""
    value = config.document.value(path)
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
    return None if folder.is_dir() else (f"`{folder}` is a file", help)
