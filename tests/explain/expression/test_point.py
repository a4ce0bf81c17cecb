import pytest

from nntrain.errors import ConfigError
from nntrain.explain.expression.point import numbers, read_point
from nntrain.explain.expression.reader import read


def test_a_name_that_may_be_the_number_e_is_said_to_have_no_value() -> None:
    with pytest.raises(ConfigError, match="`e` has no value") as caught:
        read_point(read(["e**x"]), ["x=2"])
    assert caught.value.problems[0].help == "add `--at x=2,e=1`, or write `exp(1)` for the number"


@pytest.mark.parametrize("at", [["x=1,y=-2.5e-1"], ["y=-.25", "x=1."], [" y = -0.25 , x = +1 "]], ids=str)
def test_values_in_any_order(at: list[str]) -> None:
    assert read_point(read(["x*y"]), at) == {"x": 1.0, "y": -0.25}


@pytest.mark.parametrize(
    ("at", "message", "help"),
    [
        ([], "`x` has no value", "add `--at x=1`"),
        (["x=2"], "`y` has no value", "add `--at x=2,y=1`"),
        (["x"], "`--at x` has no value in `x`", "write `--at x=1`"),
        (["x="], "`--at x=` has no value in `x=`", "write `--at x=1`"),
        (["x=1,"], "`--at x=1,` has a comma with nothing beside it", "write `--at x=1,y=2`"),
        ([""], "`--at ` is empty", "write `--at x=1,y=2`"),
        (["x=1;y=2"], "`x=1;y=2` of `--at` is more than one value", "write commas: `--at x=1,y=2`"),
        (["x=1 y=2"], "`x=1 y=2` of `--at` is more than one value", "write commas: `--at x=1,y=2`"),
        (["=1"], "has no value in `=1`", "write `--at x=1`"),
        (["x=one"], "`one` of `--at` is not a finite number", "write `--at x=1`"),
        (["x=1e999"], "`1e999` of `--at` is not a finite number", "write `--at x=1`"),
        (["x=1,x=2"], "two values for `x`", "give one value for each name"),
        (["x=1,y=2,yy=1"], "`yy` of `--at` is in no expression", "write `y`"),
    ],
)
def test_a_wrong_point_is_refused(at: list[str], message: str, help: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        read_point(read(["x*y"]), at)
    assert caught.value.problems[0].help == help


def test_numbers() -> None:
    assert numbers("1, 0.5,-2e-1", "--given") == [1.0, 0.5, -0.2]
    with pytest.raises(ConfigError, match="`--given 1,,2` has a comma with nothing beside it"):
        numbers("1,,2", "--given")
    with pytest.raises(ConfigError, match="`1 0.5` of `--given` is more than one value"):
        numbers("1 0.5", "--given")
