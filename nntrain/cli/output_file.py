"""The file that a command is asked to write."""

import os
from pathlib import Path

from nntrain.errors import ConfigError, NNTrainError

_FORMATS = ("png", "svg")


def refuse(output: Path, file: Path | None = None, option: str = "-o", example: str = "predictions.csv") -> None:
    """Raise ConfigError for a path to which no file can be written, and for that of the input `file`.

    Raises NNTrainError, as the writing would, for a folder that may not be written, before anything is computed.
    """
    if output.is_dir():
        help = f"give the path of a file, such as `{option} {output / example}`"
        raise ConfigError(f"`{output}` is a folder", help=help)
    if not output.parent.is_dir():
        raise ConfigError(
            f"there is no folder `{output.parent}`", help=f"make it, or give another path with `{option}`"
        )
    if file is not None and output.exists() and file.exists() and output.samefile(file):
        raise ConfigError(f"`{output}` is the file to read", help=f"give another path with `{option}`")
    if not os.access(output.parent, os.W_OK):
        raise NNTrainError(f"cannot write in `{output.parent}`", help="choose a folder that can be written")


def plot_format(plot: Path, file: Path | None = None) -> str:
    """Return the format that the name of a plot asks for; raises ConfigError as `refuse`, and for another one."""
    refuse(plot, file, option="--plot", example="plot.png")
    format = plot.suffix.lower().removeprefix(".")
    if format not in _FORMATS:
        help = f"write `--plot {plot.with_name(plot.stem or 'plot').with_suffix('.png')}`"
        raise ConfigError(f"`{plot}` is neither a PNG nor an SVG file", help=help)
    return format
