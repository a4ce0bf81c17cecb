"""How far a training is: its curves, the best epoch so far, the time that is left."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nntrain.config.keras.metrics import direction
from nntrain.config.load import load
from nntrain.errors import NNTrainError
from nntrain.storage import run_files
from nntrain.subject import Subject
from nntrain.terminal import clock, shown_number
from nntrain.watching.chart import chart

SCREEN_SECONDS = 0.25  # the curves of a training are drawn again at most this often
_RECENT = 10  # epochs whose mean time says how long the others take
_LABEL = 9  # columns left of a chart
_NOT_METRICS = ("epoch", "seconds", "learning_rate", "regularization_loss")

Row = Mapping[str, float | None]


@dataclass(frozen=True)
class Progress:
    """A training as it is now. epochs: that are planned, 0 if unknown. monitor: the column that decides, by `mode`.

    group: the name of the group that it is in. is_mean: whether the rows are means over several trainings, of which
    each has its own best epoch. is_shared: whether it is trained with others as one, whose time is the sum of theirs.
    """

    name: str
    state: str
    rows: Sequence[Row]
    epochs: int = 0
    monitor: str = "loss"
    mode: str = "min"
    group: str = ""
    is_mean: bool = False
    is_shared: bool = False

    @classmethod
    def of(cls, subject: Subject, group: str = "") -> "Progress":
        """Return the progress of a run, from its files."""
        epochs, monitor, mode = 0, "loss", "min"
        try:
            train = load(subject.directory.file(run_files.RESOLVED)).experiment.train
        except NNTrainError:
            pass
        else:
            epochs = int(train.epochs or 0) if train.steps is None else 0
            monitor, mode = train.monitor or monitor, direction(train.monitor or monitor, train.metrics or ())
        return cls(subject.name, subject.state, subject.rows, epochs, monitor, mode, group)

    @property
    def is_running(self) -> bool:
        """Whether a process trains it."""
        return self.state == "running"

    @property
    def best(self) -> tuple[int, float] | None:
        """The epoch whose monitored value is the best so far, and that value."""
        found = [(int(row["epoch"] or 0), row.get(self.monitor)) for row in self.rows]
        finite = [(epoch, value) for epoch, value in found if value is not None and math.isfinite(value)]
        chosen: Callable[..., tuple[int, float]] = min if self.mode == "min" else max
        return chosen(finite, key=lambda pair: pair[1]) if finite else None

    @property
    def seconds_left(self) -> float | None:
        """The time of the epochs that are left, at most, by the mean of the last ones."""
        later = self.rows[1:] or self.rows  # programs are compiled in the first epoch
        recent = [row.get("seconds") or 0.0 for row in later[-_RECENT:]]
        left = self.epochs - len(self.rows)
        return left * sum(recent) / len(recent) if recent and left > 0 and self.is_running else None

    def headline(self) -> str:
        """Return one line: the name, the state, the epoch, the best one, the time left."""
        of_all = f"/{self.epochs:,}" if self.epochs else ""
        state = [] if self.is_shared and self.is_running else [self.state]  # which the line about all says
        words = [self.name, *state, f"epoch {len(self.rows):,}{of_all}"]
        if self.best and not self.is_mean:
            words.append(f"best {self.monitor} {shown_number(self.best[1])} (epoch {self.best[0]:,})")
        if self.seconds_left is not None and not self.is_shared:
            words.append(f"{clock(self.seconds_left)} left")
        if self.state.startswith("killed"):
            words.append(f"`nntrain resume {self.group or self.name}` trains the rest")
        return ", ".join(words)

    def last_row(self) -> str:
        """Return the metrics of the last epoch in a line."""
        shown = [(name, value) for name, value in (self.rows[-1].items() if self.rows else ()) if value is not None]
        return "  ".join(f"{name} {shown_number(value)}" for name, value in shown if name not in _NOT_METRICS)

    def lines(self, width: int, height: int, braille: bool = True) -> list[str]:
        """Return the headline, the last epoch, and charts that fill the height."""
        found = [self.headline(), self.last_row()]
        return [*found, *self.charts(width, height - len(found), braille)]

    def charts(self, width: int, height: int, braille: bool = True) -> list[str]:
        """Return charts that fill the height."""
        found: list[str] = []
        metrics = self._metrics()[: 2 if height >= 16 else 1]
        rows = max(3, height // max(1, len(metrics)) - 2)
        for metric in metrics:
            found += self._chart(metric, max(10, width - _LABEL - 1), min(rows, 12), braille)
        return found

    def _metrics(self) -> list[str]:
        """Return the loss, then the metric that is monitored, then the others."""
        first = [name.removeprefix("val_") for name in ("loss", self.monitor)]
        names = [name.removeprefix("val_") for row in self.rows[:1] for name in row]
        return [name for name in dict.fromkeys([*first, *names]) if name not in _NOT_METRICS and name in names]

    def _chart(self, metric: str, width: int, height: int, braille: bool) -> list[str]:
        training = [row.get(metric) for row in self.rows]
        validation = [row.get(f"val_{metric}") for row in self.rows]
        both = any(value is not None for value in validation)
        drawn = chart([validation, training] if both else [training], width, height, braille)
        if drawn is None:
            return [f"{metric}: no finite value"]
        of = f" of the {self.name}" if self.is_mean else f" of {self.name}" if self.group else ""
        title = f"{metric}{of}, " + ("validation (dots: training)" if both else "training")
        ends = {0: shown_number(drawn.high), height - 1: shown_number(drawn.low)}
        return [title, *(f"{ends.get(row, ''):>{_LABEL}} {line}" for row, line in enumerate(drawn.lines))]
