"""The files of a data set that others publish: found on this machine, or downloaded once; checked in both cases."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nntrain.errors import DataError
from nntrain.storage.download import fetch
from nntrain.storage.home import cache, home


@dataclass(frozen=True)
class PublishedFiles:
    """The files of one data set.

    They are searched in `$NNTRAIN_DATA/<name>`, `$NNTRAIN_DATA`, nntrain's cache (`nntrain/<name>` in `$XDG_CACHE_HOME`
    or `~/.cache`) and the folder `datasets/<in_keras>` of `$KERAS_HOME` or `~/.keras`. A file that is in none of them
    is downloaded into nntrain's cache.

    name: the folder. sizes: bytes and SHA-256 of each file. addresses: folders on the web. variable: the environment
    variable, with addresses separated by spaces, that takes the place of `addresses`.
    """

    name: str
    sizes: Mapping[str, tuple[int, str]]
    addresses: tuple[str, ...]
    variable: str
    in_keras: str = ""

    def contents(self, name: str) -> bytes:
        """Return the bytes of a file; raises DataError where it is broken, or missing and not to be downloaded."""
        file = self._found(name) or self._downloaded(name)
        try:
            data = file.read_bytes()
        except OSError as error:
            raise DataError(f"`{file}` cannot be read: {error.strerror}") from None
        size, expected = self.sizes[name]
        if (found := hashlib.sha256(data).hexdigest()) == expected:
            return data
        got = f"got {len(data)} bytes with {found}"
        message = f"`{file}` is broken: expected {size} bytes with SHA-256 {expected}, {got}"
        raise DataError(message, help="delete the file, and the next run downloads it again")

    def _found(self, name: str) -> Path | None:
        return next((folder / name for folder in self._folders() if (folder / name).is_file()), None)

    def _folders(self) -> list[Path]:
        keras = os.environ.get("KERAS_HOME") or (home() or Path()) / ".keras"
        own = Path(named) if (named := os.environ.get("NNTRAIN_DATA")) else None
        return [
            *([own / self.name, own] if own else []),
            cache() / self.name,
            Path(keras, "datasets", self.in_keras),
        ]

    def _downloaded(self, name: str) -> Path:
        folders = os.environ.get(self.variable, "").split() or self.addresses
        size, expected = self.sizes[name]
        target = cache() / self.name / name
        fetch([f"{folder.rstrip('/')}/{name}" for folder in folders], target, expected, size)
        return target
