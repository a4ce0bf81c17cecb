"""The family of loggers: other programs that record every epoch."""

from collections.abc import Iterable
from typing import ClassVar

from nntrain.config.messages import problem
from nntrain.config.named import Named, PlugIn
from nntrain.errors import need


class Logger(PlugIn, Named):
    """The family of loggers. `packages` are what one needs, of the extra that has its name."""

    folder: ClassVar = "loggers"
    noun = "logger"
    several = True
    packages: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar = {
        "WandB": "use `mlflow` or `tensorboard`, which need no account",
        "CSVLogger": "remove it; every run writes metrics.csv",
    }


def refuse_missing(loggers: Iterable[Logger]) -> None:
    """Raise MissingPackage, with the command that installs it, unless the packages of all loggers are installed."""
    for logger in loggers:
        need(f"loggers: [{logger.called()}]", *logger.packages, extra=logger.called())


def each_once(loggers: list[Logger]) -> list[Logger]:
    """Return the loggers; raises PydanticCustomError where one is named twice."""
    names = [logger.called() for logger in loggers]
    if again := next((name for name in names if names.count(name) > 1), ""):
        raise problem(f"the logger `{again}` is named twice", "keep one")
    return loggers
