"""Names of other libraries: each help names something that there is."""

import re

import pytest

from nntrain.config.foreign_names import CONFIG_OPTIONS, LAYER_OPTIONS, LAYERS, SOURCES, TRAIN_OPTIONS, meant_option
from nntrain.config.keras.layers import Dense, Dropout, Layer
from nntrain.config.keras.optimizers import Adam
from nntrain.config.load import validated
from nntrain.config.train import Train
from nntrain.document.yaml_file import dump, parse


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


def test_layers_of_other_libraries_lead_to_ours() -> None:
    assert not {*LAYERS} & {*Layer.members()}
    for help in LAYER_OPTIONS.values():
        for name in re.findall(r"`- (\w+)", help):
            assert name in Layer.members()
