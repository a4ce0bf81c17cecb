from typing import Any

import pytest
from pydantic import ValidationError

from nntrain.config.data import Source
from nntrain.config.keras.layers import Layer
from nntrain.config.keras.optimizers import Optimizer


@pytest.mark.parametrize("value", [True, "3", 3.0, None, [3], {"a": 3}, float("nan"), float("inf")])
def test_a_whole_number_is_nothing_else(value: Any) -> None:
    with pytest.raises(ValidationError):
        Layer.parse({"Dense": {"units": value}})


@pytest.mark.parametrize("value", [True, "0.5", None, [0.5], float("nan"), float("inf"), -float("inf")])
def test_a_number_is_finite_and_nothing_else(value: Any) -> None:
    for options in ({"momentum": value}, {"clipnorm": value}, {"learning_rate": value}):
        with pytest.raises(ValidationError):
            Optimizer.parse({"SGD": options})


def test_a_whole_number_may_stand_where_a_number_is_due() -> None:
    assert Optimizer.parse({"SGD": {"learning_rate": 1, "clipnorm": 2}}).written() == {
        "learning_rate": 1.0,
        "clipnorm": 2.0,
    }


def test_a_path_that_no_file_system_takes_is_one_that_does_not_exist() -> None:
    for path in ("x" * 300, "/" + "x/" * 3000, "a/" * 40):
        assert Source.parse({"npz_file": {"path": path}}).paths()["path",].endswith(path.rstrip("/"))
