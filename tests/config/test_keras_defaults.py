"""The defaults of Keras, read without it."""

import json

from nntrain.config import keras_defaults
from nntrain.config.describe import find
from nntrain.config.keras.layers import Dense
from nntrain.config.keras.optimizers import Adam
from nntrain.config.train import Train


def test_options_that_go_to_keras_have_its_defaults_and_others_none() -> None:
    assert keras_defaults.of(Adam)["beta_2"] == 0.999
    assert keras_defaults.of(Dense)["kernel_initializer"] == "glorot_uniform"
    assert keras_defaults.of(Train) == {}


def test_the_text_has_a_line_for_each_member_and_reads_back() -> None:
    found = {"Optimizer.A": {"rate": 1e-7}, "Optimizer.B": {"norm": None}}
    text = keras_defaults.as_text(found)
    assert json.loads(text) == found and len(text.splitlines()) == 4


def test_a_name_shows_them() -> None:
    shown = {row[0]: row[3] for row in find("Adam")[0].options}
    assert (shown["learning_rate"], shown["epsilon"], shown["clipnorm"]) == ("0.001", "1e-07", "none")
