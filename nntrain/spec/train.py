"""How to train: the section `train`."""

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator

from nntrain.spec.base import Section, omitted, problem, shown
from nntrain.spec.callbacks import Callback
from nntrain.spec.losses import Loss
from nntrain.spec.metrics import Metric
from nntrain.spec.optimizers import Adam, Optimizer
from nntrain.spec.values import PositiveInt, Text, is_number, is_whole


def _batch_size(value: Any) -> int | str:
    if value == "full" or is_whole(value, 1):
        return value  # type: ignore[no-any-return]
    raise problem(f"`batch_size` must be a whole number from 1, or `full`, got {shown(value)}", "write `32`")


def _class_weight(value: Any) -> Any:
    if value == "balanced":
        return value
    if isinstance(value, dict) and value and all(is_number(weight) and weight >= 0 for weight in value.values()):
        return {str(name): float(weight) for name, weight in value.items()}
    raise problem(
        f"`class_weight` must be `balanced` or a weight for each class, got {shown(value)}",
        "write `balanced`, or `{setosa: 1.0, virginica: 2.0}`",
    )


BatchSize = Annotated[int | Literal["full"], PlainValidator(_batch_size)]
ClassWeight = Annotated[Literal["balanced"] | dict[str, float], PlainValidator(_class_weight)]


class Train(Section):
    """What is left out is chosen from the data and written to resolved.yaml."""

    epochs: PositiveInt = omitted
    steps: PositiveInt = omitted
    batch_size: BatchSize = 32
    optimizer: Optimizer = Field(default_factory=Adam)
    loss: Loss = omitted
    metrics: list[Metric] = omitted
    callbacks: list[Callback] = Field(default_factory=list)
    class_weight: ClassWeight = omitted
    monitor: Text = omitted
    save: Literal["best", "last"] = "best"
    shuffle: bool = True

    def written(self) -> dict[str, Any]:
        """All options but those that stand for nothing."""
        return {name: value for name, value in super().written().items() if value is not None}
