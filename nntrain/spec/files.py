"""Whether the files that a config names are there, before anything heavy is loaded."""

from pathlib import Path

from nntrain.errors import DataError, Problem
from nntrain.spec.load import Config, in_order


def refuse_missing(config: Config) -> None:
    """Raises DataError for each option that names a file which does not exist."""
    source = config.experiment.data
    found = [
        Problem(f"there is no file `{file}`", ("data", source.called(), *option), _beside(Path(file)))
        for option, file in source.paths().items()
        if not Path(file).exists()
    ]
    if found:
        raise DataError(problems=in_order(config.document, found))


def _beside(file: Path) -> str:
    """The files of the same kind in that folder, or that there is no such folder."""
    if not file.parent.is_dir():
        return f"there is no folder `{file.parent}`"
    names = sorted(other.name for other in file.parent.glob(f"*{file.suffix}"))[:5]
    return f"that folder holds {', '.join(f'`{name}`' for name in names)}" if names else "check the path"
