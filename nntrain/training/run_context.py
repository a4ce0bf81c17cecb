"""What the caller of a run sets beside the config."""

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
    """How a run is trained that is a trial of a search, or that several devices share.

    programs: those compiled before, for reuse. judge and request: see `Job`. final: whether the work on a model ends
    here, so that the test split is used and plots are drawn. distribution: the devices that share every batch; None
    for one device.
    """

    programs: "Programs | None" = None
    judge: "Callable[[Row], bool] | None" = None
    request: "StopRequest | None" = None
    final: bool = True
    distribution: "Distribution | None" = None

    @property
    def writes(self) -> bool:
        """Whether this process writes the run directory: of several workers only the chief does."""
        return self.distribution is None or self.distribution.writes


ALONE = RunContext()
