"""Plug-ins: a folder is the list of what it offers, one module each, with a class `Options` and one function."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


@cache
def names(folder: str) -> tuple[str, ...]:
    """The names that `nntrain/<folder>/` offers, sorted."""
    package = import_module(f"nntrain.{folder}")
    return tuple(sorted(found.name for found in iter_modules(package.__path__) if not found.name.startswith("_")))


def load(folder: str, name: str) -> ModuleType:
    """The module behind a name that `names` lists."""
    return import_module(f"nntrain.{folder}.{name}")


def module_of(options: object) -> ModuleType:
    """The module whose class `Options` these options are of."""
    return import_module(type(options).__module__)
