"""The file that a command is asked to write."""

from pathlib import Path

from nntrain.errors import ConfigError


def refuse(output: Path, file: Path | None = None, option: str = "-o", example: str = "predictions.csv") -> None:
    """Raise ConfigError for a path to which no file can be written, and for that of the input `file`."""
    if output.is_dir():
        help = f"give the path of a file, such as `{option} {output / example}`"
        raise ConfigError(f"`{output}` is a folder", help=help)
    if not output.parent.is_dir():
        raise ConfigError(
            f"there is no folder `{output.parent}`", help=f"make it, or give another path with `{option}`"
        )
    if file is not None and output.exists() and file.exists() and output.samefile(file):
        raise ConfigError(f"`{output}` is the file to read", help=f"give another path with `{option}`")
