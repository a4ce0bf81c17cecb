"""The optional packages of engines."""

from importlib.util import find_spec

from nntrain.errors import MissingPackage


def need(engine: str, *packages: str, extra: str = "optuna") -> None:
    """Raises MissingPackage, with the command that installs them, unless all are installed."""
    if missing := [package for package in packages if find_spec(package) is None]:
        message = f"`{engine}` needs the package `{missing[0]}`, which is not installed"
        raise MissingPackage(message, extra)
