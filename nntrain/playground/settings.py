"""What the controls of the playground say: data, features, network, training. Light."""

import json
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nntrain.config.plane_features import Feature
from nntrain.config.value_types import Seed
from nntrain.errors import ConfigError, one_line

Kind = Literal["circle", "xor", "gauss", "spiral", "reg_plane", "reg_gauss", "moons"]
OPTIMIZERS = ("SGD", "Adam", "RMSprop")
WITH_MOMENTUM = ("SGD", "RMSprop")  # the others have other options for it
ACTIVATIONS = ("tanh", "relu", "sigmoid", "linear", "elu", "silu")
MOST_UNITS, MOST_LAYERS = 16, 8
_NAME = re.compile(r"[A-Za-z0-9_]{1,40}")


class Settings(BaseModel):
    """The controls. kind: the points, or None for the data that the playground began with.

    columns: x and y of a table. held_out: the share of the rows in the validation split. hidden: the units of each
    hidden layer. regularization: the rate of the penalty on every kernel. momentum: of an optimizer that has one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
    kind: Kind | None = "circle"
    size: Annotated[int, Field(ge=10, le=20_000)] = 500
    noise: Annotated[float, Field(ge=0, le=5)] = 0.0
    columns: tuple[str, str] | None = None
    held_out: Annotated[float, Field(gt=0, lt=1)] = 0.5
    features: Annotated[tuple[Feature, ...], Field(min_length=1, max_length=7)] = ("x", "y")
    hidden: Annotated[tuple[Annotated[int, Field(ge=1, le=MOST_UNITS)], ...], Field(max_length=MOST_LAYERS)] = (4, 2)
    activation: str = "tanh"
    regularizer: Literal["none", "L1", "L2"] = "none"
    regularization: Annotated[float, Field(ge=0, le=10)] = 0.001
    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.0
    optimizer: str = "SGD"
    learning_rate: Annotated[float, Field(gt=0, le=100)] = 0.03
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    batch_size: Annotated[int, Field(ge=1, le=100_000)] = 10
    seed: Seed = 42
    data_seed: Seed = 0

    @model_validator(mode="after")
    def _are_plain(self) -> "Settings":
        if len(set(self.features)) < len(self.features):
            raise ValueError("a feature is given twice")
        if self.columns is not None and self.columns[0] == self.columns[1]:
            raise ValueError("x and y are the same column")
        if not (_NAME.fullmatch(self.activation) and _NAME.fullmatch(self.optimizer)):
            raise ValueError("the activation and the optimizer are names")
        return self


def settings_from(text: bytes) -> Settings:
    """Return the settings of a JSON object; raises ConfigError for anything else."""
    try:
        return Settings.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "settings"
        message = one_line(f"`{place}`: {first['msg']}")
        raise ConfigError(message, help="reload the page") from None


def as_json(settings: Settings) -> dict[str, object]:
    """Return the settings as the page takes them."""
    found: dict[str, object] = json.loads(settings.model_dump_json())
    return found
