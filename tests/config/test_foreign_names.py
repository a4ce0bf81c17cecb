"""Names of other libraries: each help names something that there is."""

import re

import pytest

from nntrain.config.foreign_names import (
    CONFIG_OPTIONS,
    LAYER_OPTIONS,
    LAYERS,
    SOURCES,
    TRAIN_OPTIONS,
    VALUES,
    meant_option,
)
from nntrain.config.keras.activations import ACTIVATIONS
from nntrain.config.keras.callbacks import Callback
from nntrain.config.keras.layers import Dense, Dropout, Layer
from nntrain.config.keras.losses import Loss
from nntrain.config.keras.metrics import Metric
from nntrain.config.keras.optimizers import Adam, Optimizer
from nntrain.config.keras.weights import Initializer
from nntrain.config.load import validated
from nntrain.config.named import Named, known
from nntrain.config.train import Train
from nntrain.document.yaml_file import dump, parse
from nntrain.errors import ConfigError


def test_the_same_name_stands_for_what_the_section_has() -> None:
    assert meant_option("lr", Adam.model_fields) == "learning_rate"
    assert meant_option("dropout", Dropout.model_fields) == "rate"
    assert meant_option("dropout", Dense.model_fields) == ""
    assert meant_option("alpha", Train.model_fields) == "regularizer"


@pytest.mark.parametrize("help", sorted({*TRAIN_OPTIONS.values(), *CONFIG_OPTIONS.values(), *SOURCES.values()}))
def test_a_line_of_a_help_is_valid(help: str) -> None:
    """Each that is a mapping; of the others the first word is an option of a section, or of the command line."""
    for text in re.findall(r"`([a-z_]+: \{.*?|[a-z_]+: \[.*?|[a-z]+: [a-z_0-9]+)`", help):
        line = parse(text, "help").tree
        part = "data" if {*line} & {"table", "image_folder", "npz_file", "data"} else "train"
        text = dump({"data": "iris", "model": ["Flatten"], part: line.get(part, line)})
        validated(parse(text, "config.yaml"))


@pytest.mark.parametrize("family", [Callback, Initializer, Layer, Loss, Metric, Optimizer])
def test_what_a_help_writes_for_a_name_is_a_name(family: type[Named]) -> None:
    assert not ({*family.absent} - {*ACTIVATIONS}) & {*known(family)}
    for help in family.absent.values():
        for text in re.findall(r"write `([^`]*)`", help):
            tree = parse(text.replace("...", "micro"), "help").tree
            if "optimizer" not in tree and "loggers" not in tree:
                assert tree in known(family) if isinstance(tree, str) else family.parse(tree)


def test_values_of_other_libraries_lead_to_ours() -> None:
    for value, ours in VALUES.items():
        help = _help_of(f"data: iris\nmodel: [Flatten]\ntrain: {{precision: '{value}', compile: '{value}'}}\n")
        assert f"write `{ours}`" in help


def _help_of(config: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        validated(parse(config, "config.yaml"))
    return [problem.help for problem in caught.value.problems]


def test_layers_of_other_libraries_lead_to_ours() -> None:
    assert not {*LAYERS} & {*Layer.members()}
    for help in LAYER_OPTIONS.values():
        for name in re.findall(r"`- (\w+)", help):
            assert name in Layer.members()
