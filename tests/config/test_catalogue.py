import pytest

from nntrain.config import catalogue
from nntrain.config.data import SplitRule
from nntrain.config.keras.activations import ACTIVATIONS
from nntrain.config.keras.callbacks import Callback
from nntrain.config.keras.layers import Layer
from nntrain.config.keras.losses import Loss
from nntrain.config.keras.metrics import Metric
from nntrain.config.keras.optimizers import Optimizer, Schedule
from nntrain.config.keras.weights import Constraint, Initializer, Regularizer
from nntrain.config.messages import plural, see
from nntrain.config.named import Named
from nntrain.config.section import Section


def test_every_family_can_be_listed() -> None:
    families = {family for family in Named.__subclasses__() if family.__module__.startswith("nntrain.config")}
    assert set(catalogue.FAMILIES) == families
    assert set(catalogue.kinds()) == {
        "data sources",
        "splits",
        "layers",
        "initializers",
        "regularizers",
        "constraints",
        "optimizers",
        "schedules",
        "losses",
        "metrics",
        "callbacks",
        "loggers",
        "engines",
        "pruners",
        "activations",
    }


@pytest.mark.parametrize("kind", catalogue.kinds())
def test_every_name_has_its_own_line(kind: str) -> None:
    entries = catalogue.entries(kind)
    assert entries
    inherited = {Section.__doc__, Named.__doc__, *(family.__doc__ for family in catalogue.FAMILIES)}
    for name, line in entries.items():
        assert line, f"`{name}` has no docstring for `nntrain list {kind}`"
        assert "\n" not in line
        assert line not in inherited, f"`{name}` has no docstring of its own"
        assert len(line) <= 120


def test_data_has_shorter_names() -> None:
    assert catalogue.entries("data") == catalogue.entries("datasets") == catalogue.entries("data sources")
    assert "iris" in catalogue.entries("data")


def test_activations_are_listed_with_their_formulas() -> None:
    assert catalogue.entries("activations") == ACTIVATIONS


def test_options_say_what_is_required_what_is_ours_and_what_a_bare_value_is() -> None:
    layers = catalogue.kinds()["layers"]
    assert layers is not None
    members = layers.members()
    assert catalogue.options(members["GaussianNoise"]) == "**`stddev`**, `seed`, a bare value is `stddev`"
    assert catalogue.options(members["LeakyReLU"]) == "`negative_slope: 0.3`, a bare value is `negative_slope`"
    assert catalogue.options(members["Flatten"]) == ""


FAMILIES = (Layer, Initializer, Regularizer, Constraint, Optimizer, Schedule, Loss, Metric, Callback, SplitRule)


def test_every_family_says_where_its_names_are_listed() -> None:
    from nntrain.config.catalogue import entries

    for family in (*FAMILIES,):
        command = see(family.noun).split("`")[1]
        assert entries(command.removeprefix("nntrain list ")), command
        assert plural(family.noun) in command
