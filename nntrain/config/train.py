"""How to train: the section `train`."""

from math import inf
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, PlainValidator, ValidationError, WithJsonSchema

from nntrain.config.foreign_names import TRAIN_OPTIONS
from nntrain.config.keras.callbacks import Callback
from nntrain.config.keras.losses import Loss
from nntrain.config.keras.metrics import Metric, find_metric
from nntrain.config.keras.optimizers import Adam, Optimizer
from nntrain.config.keras.weights import Regularizer
from nntrain.config.loggers import Logger, each_once
from nntrain.config.messages import got, number_help, problem
from nntrain.config.section import Section, details
from nntrain.config.value_types import (
    LARGEST,
    FilePath,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    Text,
    is_number,
    is_whole,
    omitted,
)
from nntrain.nearest import nearest


def _batch_size(value: Any) -> int | str:
    if value == "full" or is_whole(value, 1):
        return value  # type: ignore[no-any-return]
    named = isinstance(value, str) and nearest(value, ["full"])
    help = "write `1` or more" if is_whole(value, -(10**9)) else number_help(value, whole=True)
    message = f"`batch_size` must be a whole number from 1, or `full`, got {got(value)}"
    raise problem(message, f"write `{named}`" if named else help)


def _class_weight(value: Any) -> Any:
    if value == "balanced":
        return value
    if not isinstance(value, dict) or not value:
        help = "write `balanced`, or `{setosa: 1.0, virginica: 2.0}`"
        raise problem(f"`class_weight` must be `balanced` or a weight for each class, got {got(value)}", help)
    return _from_zero(value, "class_weight", "the weight of class")


def _factors(value: Any) -> dict[str, float]:
    if not isinstance(value, dict) or not value:
        help = "write `{bias: 0.1, feature_scale: 6}`"
        raise problem(f"expected a factor for names of weights or layers, got {got(value)}", help)
    return _from_zero(value, "learning_rate_factors", "the factor of")


def _from_zero(value: dict[Any, Any], option: str, what: str) -> dict[str, float]:
    """Return the numbers by name; raises pydantic's ValidationError at the name of one that is below 0, or none."""
    for name, number in value.items():
        if not is_number(number) or number < 0:
            help = number_help(number) if not is_number(number) else "write `0` or more"
            wrong = problem(f"{what} `{name}` must be a number from 0, got {got(number)}", help)
            raise ValidationError.from_exception_data(option, [details(wrong, (str(name),))])
    return {str(name): float(number) for name, number in value.items()}


_EACH = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "number", "minimum": 0, "maximum": LARGEST},
}
Factors = Annotated[dict[str, float], PlainValidator(_factors), WithJsonSchema(_EACH)]
BatchSize = Annotated[
    int | Literal["full"],
    PlainValidator(_batch_size),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "full"}]}),
]
ClassWeight = Annotated[
    Literal["balanced"] | dict[str, float],
    PlainValidator(_class_weight),
    WithJsonSchema({"anyOf": [{"const": "balanced"}, _EACH]}),
]


class Train(Section):
    """How to train; options that are left out are chosen from the data and written to resolved.yaml."""

    elsewhere: ClassVar = {
        **TRAIN_OPTIONS,
        "learning_rate": "write `optimizer: {Adam: {learning_rate: ...}}`",
        "lr": "write `optimizer: {Adam: {learning_rate: ...}}`",
        "validation_split": "write `validation` among the options of the data",
        "validation": "write `validation` among the options of the data",
        "seed": "write `seed` at the top of the config",
        "kernel_regularizer": "write `regularizer`, the penalty on all weights, or `kernel_regularizer` in a layer",
        "weight_decay": "write `optimizer: {AdamW: {weight_decay: ...}}`, or `regularizer: {L2: ...}`",
    }
    epochs: PositiveInt = omitted
    steps: PositiveInt = omitted
    batch_size: BatchSize = 32
    optimizer: Optimizer = Field(default_factory=Adam)
    learning_rate_factors: Factors = omitted
    exclude_from_weight_decay: Annotated[list[Text], Field(min_length=1)] = omitted
    loss: Loss = omitted
    regularizer: Regularizer = omitted
    metrics: list[Metric] = omitted
    callbacks: list[Callback] = Field(default_factory=list)
    loggers: Annotated[list[Logger], AfterValidator(each_once)] = Field(default_factory=list)
    class_weight: ClassWeight = omitted
    oversample: bool = False
    monitor: Text = omitted
    save: Literal["best", "last"] = omitted
    shuffle: bool = True
    max_seconds: PositiveFloat = omitted
    checkpoint_seconds: NonNegativeFloat = 30.0
    engine: Literal["auto", "resident", "streamed", "keras"] = "auto"
    compile: Literal["auto", "graph", "xla"] = "auto"
    precision: Literal["auto", "float32", "mixed_float16", "mixed_bfloat16"] = "auto"
    threads: Annotated[int, Field(ge=1, le=1024)] = omitted
    init_from: FilePath = omitted
    on_disease: Literal["warn", "stop", "cure"] = "warn"
    ensemble: Annotated[int, Field(ge=2, le=100)] = omitted

    def bounds(self, column: str) -> tuple[float, float]:
        """Return the least and the largest value that is possible in a column of metrics.csv."""
        if column == "loss":
            return (self.loss.least if self.loss else 0.0), inf
        metric = find_metric(column, self.metrics)
        return metric.bounds if metric else (0.0, inf)

    def written(self) -> dict[str, Any]:
        """Return all options that have a value; loggers, which change no training, only where there are some."""
        return {n: value for n, value in super().written().items() if value is not None and (n != "loggers" or value)}
