"""What a run is told by the command that begins it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # so that this module is light
    from nntrain.training.history import Row
    from nntrain.training.program_cache import Programs
    from nntrain.training.signals import StopRequest
    from nntrain.training.workers.strategy import Distribution


@dataclass(frozen=True)
class RunContext:
    """How a run is trained that is a trial of a search, or is shared among devices.

    programs: compiled before, to be used again. judge and request: those of `Job`. final: whether this is the end of
    the work on a model, at which the test split is looked at and plots are drawn. distribution: the devices that
    share every batch, one where there is none.
    """

    programs: "Programs | None" = None
    judge: "Callable[[Row], bool] | None" = None
    request: "StopRequest | None" = None
    final: bool = True
    distribution: "Distribution | None" = None

    @property
    def writes(self) -> bool:
        """Whether this process writes the run directory: of several workers the chief alone does."""
        return self.distribution is None or self.distribution.writes


ALONE = RunContext()
