import pytest

from nntrain.config import catalogue
from nntrain.config.data import Fold
from nntrain.config.experiment import Experiment
from nntrain.config.keras.layers import Dense, Layer
from nntrain.config.keras.optimizers import SGD
from nntrain.config.meanings import MEANINGS, meaning
from nntrain.config.section import Section
from nntrain.config.train import Train
from nntrain.config.tune import Objective, Tune

SECTIONS: list[type[Section]] = [
    *(Experiment, Train, Tune, Objective, Fold),
    *(member for family in catalogue.FAMILIES for member in family.members().values()),
]


def owners(section: type[Section]) -> set[str]:
    return {section.definition().rpartition(".")[2], *(kind.__name__ for kind in section.__mro__)}


def test_an_option_means_the_same_wherever_it_has_no_sentence_of_its_own() -> None:
    assert meaning(Train, "epochs") == "The number of passes over the training split."
    assert meaning(Experiment, "seed") != meaning(Layer.members()["Dropout"], "seed")
    assert meaning(SGD, "momentum") != meaning(Layer.members()["BatchNormalization"], "momentum")
    assert meaning(Dense, "kernel_initializer") == "The initial values of the kernel."


def test_every_sentence_is_of_an_option() -> None:
    known = {f"{owner}.{name}" for section in SECTIONS for name in section.model_fields for owner in owners(section)}
    known |= {name for section in SECTIONS for name in section.model_fields}
    assert set(MEANINGS) - known == set()


@pytest.mark.parametrize("sentence", MEANINGS.values())
def test_a_sentence_is_short_and_ends(sentence: str) -> None:
    assert sentence[0].isupper() or sentence[0] == "`"
    assert sentence.endswith(".") and len(sentence) <= 120


def test_a_sentence_beside_an_option_comes_first() -> None:
    from pydantic import Field, create_model

    section = create_model("Mine", __base__=Section, seed=(int, Field(default=0, description="My own.")))
    assert meaning(section, "seed") == "My own."
