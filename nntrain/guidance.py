"""What a run is told by the search that it is a trial of."""

from collections.abc import Callable
from dataclasses import dataclass

from nntrain.engine.history import Row
from nntrain.engine.signals import StopRequest
from nntrain.programs import Programs


@dataclass(frozen=True)
class Guidance:
    """What a search does with its trials, and a user at a terminal does not.

    programs: compiled before, to be used again. judge and request: those of loop.Job. final: whether this is the end of
    the work on a model, at which the test split is looked at and pictures are drawn.
    """

    programs: Programs | None = None
    judge: Callable[[Row], bool] | None = None
    request: StopRequest | None = None
    final: bool = True


ALONE = Guidance()
