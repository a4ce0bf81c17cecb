"""What the caller of a run sets beside the config."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nntrain.training.signals import StopRequest, Watch

if TYPE_CHECKING:  # so that this module is light
    from nntrain.training.history import Row
    from nntrain.training.program_cache import Programs
    from nntrain.training.workers.strategy import Distribution


@dataclass(frozen=True)
class RunContext:
    """How a run is trained, such as a trial of a search or on several devices; for judge and request see `Job`."""

    programs: "Programs | None" = None  # those compiled before, for reuse
    judge: "Callable[[Row], bool | str] | None" = None
    request: "StopRequest | None" = None
    watch: "Watch | None" = None  # in place of `signals.watched`
    final: bool = True  # whether the work on a model ends here: the test split is used
    doctor: bool = True  # whether it is examined what the training suffers from
    show: "Callable[[Any], None] | None" = None  # prints a `runs.experiment.Result`, before plots and report
    plots: bool = True  # whether plots are drawn, where the work ends here
    report: bool = True  # whether report.html is written, where the work ends here
    stack: bool = True  # whether runs of one architecture may be trained as one
    workers: int | None = None  # how many runs of a group are trained at once, a process each; None: where it pays
    distribution: "Distribution | None" = None  # the devices that share every batch; None for one device
    noted: Mapping[str, Any] = field(default_factory=dict)  # what environment.json holds of the caller's from the start

    @property
    def writes(self) -> bool:
        """Whether this process writes the run directory: of several workers only the chief does."""
        return self.distribution is None or self.distribution.writes


ALONE = RunContext()
