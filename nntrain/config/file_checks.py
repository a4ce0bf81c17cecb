"""Whether the files that a config names exist, before anything heavy is loaded."""

from pathlib import Path

from nntrain.config.load import Config, in_order
from nntrain.errors import DataError, Problem
from nntrain.storage.regular_file import irregular_kind


def refuse_missing(config: Config) -> None:
    """Raise DataError for each option whose file or folder is missing, or is the other of the two."""
    source = config.experiment.data
    found = [
        Problem(message, ("data", source.called(), *option), help)
        for option, file in source.paths().items()
        for message, help in (_fault_of_folder(Path(file)) if source.of_folders else _fault(Path(file)))
    ]
    if found:
        raise DataError(problems=in_order(config.document, found))


def _fault(file: Path) -> list[tuple[str, str]]:
    if kind := irregular_kind(file):
        return [(f"`{file}` is {kind}", "give the path of a file")]
    return [] if file.exists() else [(f"there is no file `{file}`", _beside(file))]


def _fault_of_folder(folder: Path) -> list[tuple[str, str]]:
    if folder.is_dir():
        return []
    if folder.exists():
        return [(f"`{folder}` is a file", "give the folder that holds one folder for each class")]
    return [(f"there is no folder `{folder}`", "check the path")]


def _beside(file: Path) -> str:
    """Return the help that lists files of the same kind in that folder."""
    if not file.parent.is_dir():
        return f"there is no folder `{file.parent}`"
    names = sorted(other.name for other in file.parent.glob(f"*{file.suffix}"))[:5]
    return f"that folder holds {', '.join(f'`{name}`' for name in names)}" if names else "check the path"
