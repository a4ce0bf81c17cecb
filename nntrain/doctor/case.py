"""What a rule looks at: a prepared training, and its course if it was trained. Light, so that rules are."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nntrain.config.keras import image_layers, layers, optimizers, table_layers
from nntrain.config.resolve import Resolved
from nntrain.doctor.course import BELOW, Course
from nntrain.doctor.finding import Severity
from nntrain.doctor.vital_signs import VitalSigns
from nntrain.errors import Path

if TYPE_CHECKING:
    from nntrain.data.dataset import Dataset
    from nntrain.doctor.statistics import Inputs, Statistics, Targets
    from nntrain.training.prepare import Prepared

_ACTIVATION_LAYERS = {
    layers.ReLU: "relu",
    layers.LeakyReLU: "leaky_relu",
    layers.RReLU: "leaky_relu",
    layers.PReLU: "leaky_relu",
    layers.ELU: "elu",
    layers.Softmax: "softmax",
}
SCALERS = (
    layers.Normalization,
    layers.Rescaling,
    layers.BatchNormalization,
    layers.LayerNormalization,
    table_layers.TableEncoding,
)
POOLS = (image_layers.MaxPooling2D, image_layers.GlobalMaxPooling2D)
ENOUGH = 200  # updates; a healthy config of the tests that is cut and has a bad score has had at most 156
FAST = (optimizers.Adam, optimizers.AdamW, optimizers.Nadam, optimizers.Adamax, optimizers.RMSprop, optimizers.Lion)
"""The optimizers whose step has about the size of the learning rate, whatever the gradient."""


@dataclass(frozen=True)
class Placed:
    """A layer of the config with its path, and as Keras has it."""

    path: Path
    spec: layers.Layer
    layer: Any

    @property
    def activation(self) -> str:
        """The name of its activation, `linear` without one."""
        return getattr(self.spec, "activation", None) or _ACTIVATION_LAYERS.get(type(self.spec), "linear")

    @property
    def has_kernel(self) -> bool:
        """Whether it multiplies its input by weights."""
        return hasattr(self.spec, "kernel_initializer")

    @property
    def units(self) -> int:
        """The number of its units or filters."""
        return int(getattr(self.spec, "units", 0) or getattr(self.spec, "filters", 0) or 0)


@dataclass(frozen=True)
class Block:
    """A layer with a kernel, and the layers that follow it up to the next one with a kernel."""

    head: Placed
    rest: tuple[Placed, ...]

    @property
    def activation(self) -> str:
        """The first activation that is not linear, else `linear`."""
        return next(
            (name for name in (each.activation for each in (self.head, *self.rest)) if name != "linear"), "linear"
        )

    @property
    def activated(self) -> Placed:
        """The layer that has this activation, else the head."""
        return next((each for each in (self.head, *self.rest) if each.activation != "linear"), self.head)

    @property
    def activation_path(self) -> Path:
        """The path of the option that names the activation."""
        placed = self.activated
        return (*placed.path, "activation") if "activation" in type(placed.spec).model_fields else placed.path

    def has(self, *kinds: type[layers.Layer]) -> bool:
        """Return whether one of its layers is of these kinds."""
        return any(isinstance(each.spec, kinds) for each in (self.head, *self.rest))


@dataclass(frozen=True)
class Case:
    """A training to examine. `signs` are what was measured in the model, before the first epoch and after some."""

    prepared: "Prepared"
    statistics: "Statistics"
    course: Course | None = None
    signs: tuple[VitalSigns, ...] = ()

    @property
    def resolved(self) -> Resolved:
        """The experiment with nothing left out."""
        return self.prepared.resolved

    @property
    def data(self) -> "Dataset":
        """The data of the training."""
        return self.prepared.data

    @property
    def is_regression(self) -> bool:
        """Whether numbers are predicted."""
        return not self.resolved.schema.classes

    @property
    def rows(self) -> int:
        """The number of training rows."""
        return len(self.data.train)

    @cached_property
    def placed(self) -> list[Placed]:
        """All layers, in order."""
        specs = layers.walk(self.resolved.experiment.model)
        return [
            Placed(self.resolved.as_written(path), spec, layer)
            for (path, spec), layer in zip(specs, self.prepared.model.layers, strict=True)
        ]

    @cached_property
    def before(self) -> list[Placed]:
        """The layers before the first one with a kernel."""
        end = next((at for at, each in enumerate(self.placed) if each.has_kernel), len(self.placed))
        return self.placed[:end]

    @cached_property
    def blocks(self) -> list[Block]:
        """The layers with a kernel, each with what follows it; the last one has the output layer."""
        starts = [at for at, each in enumerate(self.placed) if each.has_kernel]
        ends = [*starts[1:], len(self.placed)]
        return [Block(self.placed[a], tuple(self.placed[a + 1 : b])) for a, b in zip(starts, ends, strict=True)]

    @property
    def hidden(self) -> list[Block]:
        """The blocks before that of the output layer."""
        return self.blocks[:-1]

    @property
    def inputs(self) -> "Inputs":
        """What the training rows are like."""
        return self.statistics.inputs

    @property
    def targets(self) -> "Targets":
        """What the training targets of a regression are like."""
        return self.statistics.targets

    @property
    def is_scaled(self) -> bool:
        """Whether a layer scales the inputs before they meet an activation."""
        first = self.blocks[0] if self.blocks else None
        before_activation: Iterator[Placed] = iter(())
        if first is not None and first.head.activation == "linear":
            before_activation = iter(first.rest[:1])
        return any(isinstance(each.spec, SCALERS) for each in (*self.before, *before_activation))

    @property
    def learning_rate(self) -> float:
        """The learning rate: the highest one of a schedule, Keras's default where it is left out."""
        return self.statistics.highest_rate

    @property
    def usual_rate(self) -> float:
        """The learning rate to prescribe: Keras's default, up to ten times as much where few updates are planned.

        An update of Adam moves a weight by about the rate at most; 3 in all is what the healthy configs of the tests
        have at least.
        """
        optimizer = self.resolved.train.optimizer
        if isinstance(optimizer, FAST):
            return float(f"{min(0.01, max(0.001, 3 / max(1, self.updates))):.1g}")
        return 0.01 if getattr(optimizer, "momentum", None) else float(f"{min(0.1, max(0.01, 30 / self.updates)):.1g}")

    @property
    def learning_rate_path(self) -> Path:
        """The path of the learning rate in the config."""
        return ("train", "optimizer", self.resolved.train.optimizer.called(), "learning_rate")

    @property
    def updates(self) -> int:
        """The number of updates of the weights that are planned."""
        return self.resolved.updates(self.rows)

    @property
    def parameters(self) -> int:
        """The number of weights that are trained."""
        return sum(int(weight.value.shape.num_elements()) for weight in self.prepared.model.trainable_weights)

    @property
    def last_signs(self) -> VitalSigns | None:
        """What was measured last after an epoch; None before the first."""
        return self.signs[-1] if self.signs and self.signs[-1].epoch else None

    @cached_property
    def is_early(self) -> bool:
        """Whether the training was cut, as by a limit of seconds, so early that its score says little yet.

        That is in the first epoch or before half of them, and before most trainings have learned something.
        """
        course = self.course
        if course is None or not course.cut or course.diverged:
            return False
        updates = course.first_steps or len(course.rows) * self.resolved.steps_per_epoch(self.rows)
        begun = course.first_steps or len(course.rows) < course.planned_epochs // 2
        return bool(begun) and updates < ENOUGH

    @property
    def has_learned_nothing(self) -> bool:
        """Whether the training diverged, or is hardly better than guessing."""
        score = None if self.course is None or self.is_early else self.course.score
        if self.course is None or self.course.diverged or score is None:
            return self.course is not None and bool(self.course.diverged)
        return score.score < score.guess + 0.1 * (1 - score.guess) and not score.has_learned_shares

    @cached_property
    def is_ill(self) -> bool:
        """Whether the training went badly: it has learned nothing that is sure, or is clearly below a linear model."""
        return self.has_learned_nothing or self.is_guessing or self.is_below_linear

    @cached_property
    def is_guessing(self) -> bool:
        """Whether the kept model is no better than a constant answer, but for what chance does."""
        return self.course is not None and not self.is_early and self.course.is_guessing(self.is_regression)

    @cached_property
    def is_below_linear(self) -> bool:
        """Whether a linear model is better on every split, and on one by more than chance does."""
        return self.course is not None and not self.is_early and self.course.is_below_linear(self.is_regression)

    @property
    def suspicion(self) -> Severity:
        """The severity of what often does harm: a warning before a training and for one that went badly, else a note.

        A score that shows no harm is evidence against it, also where it is not known how much better one could be. That
        of a training which was cut early is none.
        """
        scored = self.course is not None and self.course.score is not None
        return "note" if scored and not self.is_ill and not self.is_early else "warning"

    @property
    def is_well(self) -> bool:
        """Whether the training is not ill, and has gone most of the way from guessing to a perfect score.

        Where the data do not tell all, there is no such way: a training is well too that is as good as a linear model
        and as the nearest rows, but for a standard error.
        """
        score = None if self.course is None or self.course.diverged else self.course.score
        if score is None or self.is_ill:
            return False
        if score.score >= score.guess + 0.85 * (1 - score.guess):
            return True
        if score.neighbours is None or score.linear is None:
            return False
        slack = min(score.error(self.is_regression), BELOW)
        return score.score >= max(score.neighbours, score.linear) - slack
