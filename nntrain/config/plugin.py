"""The files of own classes that are in use: `--plugin my_layers.py` of a command, `plugin=` in Python.

A file is loaded by `nntrain.plugins`; here is only which are in use, what they add to a config, and how a run that was
trained with one is recognized. Nothing in a config can name such a file.
"""

import hashlib
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from nntrain.errors import ConfigError
from nntrain.storage import run_files

MODULES = "nntrain_plugins"  # before the name of the module that a file becomes


@dataclass(frozen=True)
class PluginFile:
    """A file as it was read: an absolute path, and the content."""

    path: str
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the file, without its folder."""
        return Path(self.path).name

    @property
    def module(self) -> str:
        """The name of the module that it becomes, which is not a module of Python or of a package."""
        return f"{MODULES}.{Path(self.path).stem}"

    @property
    def here(self) -> str:
        """The path as a user would type it."""
        return path_here(self.path)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Plugin:
    """A loaded file: its module, and the classes of a config that it adds."""

    file: PluginFile
    module: ModuleType = field(compare=False)
    members: tuple[type[Any], ...] = field(compare=False)


_in_use: tuple[Plugin, ...] = ()


def in_use() -> tuple[Plugin, ...]:
    """Return the plug-ins whose names a config may use now."""
    return _in_use


@contextmanager
def using(plugins: Sequence[Plugin]) -> Iterator[None]:
    """Let configs use the names of these plug-ins, and of no others, inside the block."""
    global _in_use
    before, _in_use = _in_use, tuple(plugins)
    try:
        yield
    finally:
        _in_use = before


def members(family: type[Any]) -> list[type[Any]]:
    """Return the members that the plug-ins in use add to a family."""
    return [member for plugin in _in_use for member in plugin.members if issubclass(member, family)]


def options() -> str:
    """Return the options of a command that uses the same plug-ins, with a space before each."""
    return "".join(f" --plugin {shlex.quote(plugin.file.here)}" for plugin in _in_use)


def record() -> list[dict[str, str]]:
    """Return what a run writes down about the plug-ins in use."""
    return [{"file": plugin.file.path, "sha256": plugin.file.sha256} for plugin in _in_use]


def refuse_others(recorded: Sequence[Mapping[str, Any]], place: object) -> None:
    """Raise ConfigError unless every plug-in that `place` was trained with is in use, with the same content."""
    contents = {plugin.file.sha256 for plugin in _in_use}
    for one in recorded:
        if one["sha256"] not in contents:
            raise _other(str(one["file"]), place)


def _other(path: str, place: object) -> ConfigError:
    name = Path(path).name
    given = next((plugin.file for plugin in _in_use if plugin.file.name == name), None)
    if given is not None:
        again = f"`nntrain fit {place}/{run_files.RESOLVED} --plugin {shlex.quote(given.here)}`"
        message = f"`{given.here}` has changed: it is not the `{name}` that `{place}` was trained with"
        return ConfigError(message, help=f"restore the file as it was, or train again with {again}")
    typed = path_here(path) if Path(path).is_file() else name
    help = f"add `--plugin {shlex.quote(typed)}`, or in Python `plugin={typed!r}`"
    return ConfigError(f"`{place}` was trained with the plug-in `{name}`", help=help)


def path_here(path: str) -> str:
    """Return an absolute path as that from the working folder, if it is below."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
