from pathlib import Path
from textwrap import dedent

import pytest

from nntrain.errors import ConfigError, NNTrainError
from nntrain.plugins.load import used
from tests.conftest import Prepare

CODE = """
import keras
from keras import ops

class Attribute(keras.layers.Layer):
    def call(self, inputs):
        return inputs * self.nothing

class Shape(keras.layers.Layer):
    def call(self, inputs):
        return ops.matmul(inputs, ops.ones((7, 3)))

class Unsaved(keras.layers.Layer):
    def __init__(self, start: keras.initializers.Initializer = None, **kwargs):
        super().__init__(**kwargs)

    def call(self, inputs):
        return inputs

class Block(keras.layers.Layer):
    def __init__(self, units: int = 2, **kwargs):
        super().__init__(**kwargs)
        self.inner = keras.layers.Dense(units)

    def call(self, inputs):
        return self.inner(inputs)

class Broken(keras.losses.Loss):
    labels = "one_hot"

    def call(self, y_true, y_pred):
        return y_tru - y_pred
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own.py").write_text(dedent(CODE))
    return tmp_path / "own.py"


@pytest.mark.parametrize(
    ("layer", "message", "line"),
    [
        ("Attribute", "`Attribute` has raised AttributeError: 'Attribute' object has no attribute 'nothing'", 7),
        ("Shape", "`Shape` cannot take an input of the shape 4: Dimensions must be equal, but are 4 and 7 for", 11),
        ("Unsaved: {start: ones}", "`Unsaved` cannot be saved: Keras needs `get_config` where an argument is no", 0),
    ],
)
def test_what_a_layer_raises_is_an_error_at_its_path_with_the_line_in_the_plug_in(
    own: Path, prepare: Prepare, layer: str, message: str, line: int
) -> None:
    with used(own), pytest.raises(ConfigError) as caught:
        prepare(f"data: iris\nmodel: [{{Dense: 4}}, {{{layer if ':' in layer else layer + ': {}'}}}]\n")
    (problem,) = caught.value.problems
    assert problem.message.startswith(message) and problem.span is not None and problem.span.line == 2
    assert f"own.py:{line}:9: `return " in problem.help if line else "define `get_config`" in problem.help


def test_a_loss_that_fails_in_a_training_is_an_error_with_its_line(own: Path, prepare: Prepare) -> None:
    with pytest.raises(NNTrainError, match="own code has raised NameError: name 'y_tru'") as caught, used(own):
        prepare("data: iris\nmodel: [{Dense: 3}]\ntrain: {epochs: 1, loss: Broken}\n").fit()
    assert str(caught.value.problems[0].span).endswith("own.py:32:9")


def test_the_paths_of_weights_do_not_depend_on_what_the_process_has_made_before(own: Path, prepare: Prepare) -> None:
    from nntrain.model.build import described, weights_of

    with used(own):
        first = prepare("data: iris\nmodel: [Block, Block, {Dense: 3}]\n")
        paths = [one["path"] for one in described(first.model.weights)]
        assert paths[:4] == ["block/dense/kernel", "block/dense/bias", "block_1/dense/kernel", "block_1/dense/bias"]
        assert weights_of(first.prepared.resolved) == described(first.model.weights)
