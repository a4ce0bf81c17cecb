"""Paths in a config are relative to the config's folder, or else to the folder that the command runs in."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainValidator

from nntrain.config.messages import problem, shown

_folder: ContextVar[Path] = ContextVar("folder", default=Path())


@contextmanager
def relative_to(folder: Path) -> Iterator[None]:
    """While it lasts, paths in configs are taken relative to this folder."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def _absolute(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise problem(f"expected the path of a file, got {shown(value)}", "write `path: data.csv`")
    given = Path(value).expanduser()
    beside_config = _folder.get() / given
    here = given.exists() and not beside_config.exists()
    return str((given if here else beside_config).absolute())


FilePath = Annotated[str, PlainValidator(_absolute)]
