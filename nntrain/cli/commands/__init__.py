"""The commands, one module each: a frozen request that runs itself. A module is imported when it is first used."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nntrain.cli.commands import check as check
    from nntrain.cli.commands import devices as devices
    from nntrain.cli.commands import evaluate as evaluate
    from nntrain.cli.commands import fit as fit
    from nntrain.cli.commands import launch as launch
    from nntrain.cli.commands import list as list
    from nntrain.cli.commands import predict as predict
    from nntrain.cli.commands import repro as repro
    from nntrain.cli.commands import resume as resume
    from nntrain.cli.commands import runs as runs
    from nntrain.cli.commands import tune as tune


def __getattr__(name: str) -> ModuleType:
    """Import the module of a command, so that `nntrain --help` needs none of them."""
    if name.startswith("__"):
        raise AttributeError(name)
    return import_module(f"{__name__}.{name}")
