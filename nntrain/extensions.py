"""Plug-ins: each module in a folder of plug-ins is one, with a class `Options` and one function."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


@cache
def names(folder: str) -> tuple[str, ...]:
    """Return the names of the plug-ins in `nntrain/<folder>/`, sorted."""
    package = import_module(f"nntrain.{folder}")
    return tuple(sorted(found.name for found in iter_modules(package.__path__) if not found.name.startswith("_")))


def load(folder: str, name: str) -> ModuleType:
    """Return the module of a plug-in."""
    return import_module(f"nntrain.{folder}.{name}")


def module_of(options: object) -> ModuleType:
    """Return the module of the plug-in to which these options belong."""
    return import_module(type(options).__module__)
