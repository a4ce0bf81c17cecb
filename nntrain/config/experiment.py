"""The whole config: one experiment."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, WithJsonSchema

from nntrain.config.data import Source
from nntrain.config.foreign_names import CONFIG_OPTIONS
from nntrain.config.keras import image_layers, table_layers  # noqa: F401  # their classes are layers
from nntrain.config.keras.layers import Layer
from nntrain.config.section import Section, reference
from nntrain.config.train import Train
from nntrain.config.tune import Tune
from nntrain.config.value_types import Seed, omitted

MOST_LAYERS = 3000  # of the list; `Repeat` makes more


class Experiment(Section):
    """One frozen experiment: its data, its model, how to train it, and what to search.

    `tune` is validated by `nntrain tune` and `check`; `fit` does not need it.
    """

    elsewhere: ClassVar = {
        **CONFIG_OPTIONS,
        **{name: f"indent `{name}` below `tune:`" for name in ("space", "objective", "trials", "pruner", "repeats")},
        **{name: f"indent `{name}` below `train:`" for name in Train.model_fields},
        "compile": "indent `compile` below `train:`; what Keras's `compile` takes are options of `train` too",
    }
    seed: Seed = 0
    data: Source
    model: Annotated[list[Layer], Field(min_length=1, max_length=MOST_LAYERS)]
    train: Train = Field(default_factory=Train)
    tune: Annotated[dict[str, Any], WithJsonSchema(reference(Tune.definition()))] = omitted

    @classmethod
    def _title(cls) -> str:
        return "the config"

    @classmethod
    def _example(cls) -> str:
        return "begin with `data: ...` and `model: ...`"
