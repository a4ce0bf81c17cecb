from typing import Any

import keras
import pytest
from pydantic import ValidationError

from nntrain.config.plugin import PluginFile
from nntrain.errors import ConfigError
from nntrain.plugins.load import load
from tests.plugins.conftest import HEAD, layer, parsed, plugin


@pytest.mark.parametrize(
    ("argument", "value", "taken"),
    [
        ("a: int", 3, 3),
        ("a: float", 3, 3.0),
        ("a: bool = True", False, False),
        ("a: str = 'x'", "y", "y"),
        ("a: Literal['x', 'y']", "y", "y"),
        ("a: float | None = None", None, None),
        ("a: int | str", "same", "same"),
        ("a: list[int]", [1, 2], [1, 2]),
        ("a: tuple[int, ...]", [1, 2], (1, 2)),
        ("a: dict[str, float]", {"x": 1}, {"x": 1.0}),
        ("a: Annotated[float, Field(gt=0)]", 0.5, 0.5),
        ("a: Any", [{"x": 1}], [{"x": 1}]),
        ("a=1", 0.5, 0.5),
        ("a=1", 2, 2),
        ("a=None", "anything", "anything"),
        ("activation=None", "relu", "relu"),
    ],
)
def test_an_argument_is_an_option_of_its_type(argument: str, value: Any, taken: Any) -> None:
    name = argument.partition(":")[0].partition("=")[0]
    found = getattr(parsed(layer(argument), {"Own": {name: value}}), name)
    assert (found, type(found)) == (taken, type(taken))


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("a: int", 0.5, "`a` must be a whole number, got `0.5`"),
        ("a: float = 1.0", "high", "`a` must be a number, got `high`"),
        ("a: Literal['x', 'y'] = 'x'", "z", "`a` must be one of `x`, `y`, got `z`"),
        ("a: Annotated[float, Field(gt=0)] = 1.0", 0, "`a` must be greater than 0, got `0`"),
        ("a: list[int] = None", 3, "`a` must be a list, got `3`"),
        ("a: int | str = 1", [1], "expected a whole number or text, got `[1]`"),
        ("a=1", "x", "expected a number, got `x`"),
        ("kernel_initializer='zeros'", "he_norml", "unknown initializer `he_norml`"),
        ("start: keras.initializers.Initializer | str = None", "onse", "unknown initializer `onse`"),
    ],
)
def test_a_value_of_another_type_is_worded_as_for_the_classes_of_keras(argument: str, value: Any, message: str) -> None:
    name = argument.partition(":")[0].partition("=")[0]
    with pytest.raises(ValidationError) as caught:
        parsed(layer(argument), {"Own": {name: value}})
    assert caught.value.errors()[0]["ctx"]["message"] == message


def test_the_defaults_are_those_of_the_signature_and_one_required_option_may_be_a_bare_value() -> None:
    own = layer("size: int, factor: float = 2.0, start='ones', names=None")
    found = parsed(own, {"Own": 3})
    assert found.written() == {"size": 3, "factor": 2.0, "start": "ones"}
    assert type(found).options() == ("size", "factor", "start", "names", "trainable", "name")


def test_a_subclass_of_a_keras_layer_has_its_options_too() -> None:
    loaded = plugin(
        """
        class Half(keras.layers.Dense):
            def __init__(self, units=4, **kwargs): super().__init__(units, **kwargs)

        class Same(keras.layers.Dense):
            '''Nothing new.'''

        class Quarter(Half):
            def __init__(self, depth: int = 2, **kwargs): super().__init__(**kwargs)
        """
    )
    half = {"units": 4, "activation": "relu"}
    assert parsed(loaded, {"Half": {"activation": "relu"}}).written() == half
    assert parsed(loaded, {"Same": 5}).units == 5
    quarter = {"units": 4, "use_bias": False, "depth": 2}
    assert parsed(loaded, {"Quarter": {"use_bias": False}}).written() == quarter


@pytest.mark.parametrize(
    ("arguments", "message", "place"),
    [
        ("size: bytes", "`size` of `Own` has the type `bytes`, which a config cannot hold", "own.py:5:24"),
        ("sizes: list[bytes]", "`sizes` of `Own` has the type `bytes`, which a config cannot hold", "own.py:5:24"),
        ("*sizes", "`sizes` of `Own` cannot be given by its name, as a config does", "own.py:5:25"),
        ("split: int", "`split` of `Own` cannot be the name of an option", "own.py:5:24"),
        ("size: 'Nothing'", "a type in `Own.__init__` is unknown: name 'Nothing' is not defined", "own.py:4:7"),
    ],
)
def test_what_cannot_be_an_option_is_refused_at_its_place(arguments: str, message: str, place: str) -> None:
    code = f"{HEAD}class Own(keras.layers.Layer):\n    def __init__(self, {arguments}, **kwargs): pass\n"
    with pytest.raises(ConfigError) as caught:
        load([PluginFile("/nowhere/own.py", code.encode())])
    assert (str(caught.value.args[0]), str(caught.value.problems[0].span)) == (message, f"/nowhere/{place}")


def test_keras_gets_the_options_that_were_written() -> None:
    loaded = plugin("class Own(keras.layers.Layer):\n    def __init__(self, size: int, **k): super().__init__(**k)")
    assert issubclass(loaded.members[0].keras_class, keras.layers.Layer)
