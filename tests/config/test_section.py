import pytest
from pydantic import ValidationError

from nntrain.config.experiment import Experiment
from nntrain.config.keras.callbacks import EarlyStopping
from nntrain.config.keras.layers import Dense, Layer
from nntrain.config.keras.optimizers import SGD


def said(error: ValidationError) -> list[str]:
    return [found["ctx"]["message"] for found in error.errors()]


def test_only_what_was_written_is_passed_on() -> None:
    assert Layer.parse({"Dense": {"units": 3, "use_bias": False}}).written() == {"units": 3, "use_bias": False}
    assert EarlyStopping().written() == {"monitor": "val_loss"}


def test_the_two_halves_of_one_misspelt_option_are_one_error() -> None:
    with pytest.raises(ValidationError) as caught:
        Layer.parse({"Dense": {"unit": 3}})
    assert said(caught.value) == ["`Dense` has no option `unit`"]


def test_an_unknown_option_does_not_hide_another_that_is_missing() -> None:
    with pytest.raises(ValidationError) as caught:
        Layer.parse({"Conv2D": {"filter": 3}})
    assert said(caught.value) == ["`Conv2D` needs `kernel_size`", "`Conv2D` has no option `filter`"]


def test_specs_are_frozen() -> None:
    with pytest.raises(ValidationError):
        SGD().momentum = 0.5  # type: ignore[misc]


def test_the_options_of_a_config_are_these() -> None:
    assert Experiment.options() == ("seed", "data", "model", "train", "tune")
    assert Dense.options()[0] == "units"
