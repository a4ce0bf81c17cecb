from math import inf

import pytest

from nntrain.config.keras.losses import Loss
from nntrain.config.keras.metrics import Metric
from nntrain.config.plugin import using
from nntrain.errors import ConfigError
from tests.plugins.conftest import plugin


def refused(code: str, name: str = "own") -> tuple[str, str]:
    """What is wrong with a plug-in, and the place without the file."""
    with pytest.raises(ConfigError) as caught:
        plugin(code, name)
    (problem,) = caught.value.problems
    assert problem.help and caught.value.exit_code == 2
    return problem.message, str(problem.span).removeprefix(f"/nowhere/{name}.py:")


def test_a_config_can_use_each_kind_of_class_and_none_that_is_imported_or_begins_with_an_underscore() -> None:
    loaded = plugin(
        """
        from keras.layers import Flatten
        class Own(keras.layers.Layer): pass
        class OwnLoss(keras.losses.Loss): pass
        class OwnMetric(keras.metrics.Mean):
            better = "max"
            def __init__(self, **kwargs): super().__init__(**kwargs)
        class OwnCallback(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None): pass
        class OwnInitializer(keras.initializers.Initializer): pass
        class OwnRegularizer(keras.regularizers.Regularizer): pass
        class OwnConstraint(keras.constraints.Constraint): pass
        class _Base(keras.layers.Layer): pass
        class Other: pass
        """
    )
    nouns = ["layer", "loss", "metric", "callback", "initializer", "regularizer", "constraint"]
    assert [member.noun for member in loaded.members] == nouns


def test_what_nntrain_must_know_of_a_loss_and_a_metric_is_theirs_or_that_of_the_class_of_keras_above() -> None:
    loaded = plugin(
        """
        class A(keras.losses.Loss): pass
        class B(keras.losses.CategoricalCrossentropy): pass
        class C(keras.losses.Loss): labels, least = "index", 0
        class D(keras.metrics.MeanSquaredError): pass
        class E(keras.metrics.Metric): better, task = "min", "numbers"
        """
    )
    a, b, c, d, e = loaded.members
    assert [(one.labels, one.least) for one in (a, b, c)] == [("number", -inf), ("one_hot", 0.0), ("index", 0.0)]
    assert [(one.better, one.task) for one in (d, e)] == [("min", "numbers"), ("min", "numbers")]
    with using([loaded]):
        assert Loss.parse("c").labels == "index"
        assert Metric.parse({"E": {"name": "mine"}}).column == "mine"


@pytest.mark.parametrize(
    ("code", "message", "place"),
    [
        ("class Dense(keras.layers.Dense): pass", "`Dense` is a layer of nntrain already", "4:7"),
        ("class FeatureScale(keras.layers.Dense): pass", "`FeatureScale` is a layer of nntrain already", "4:7"),
        ("class Mse(keras.losses.Loss): pass", "`Mse` is a loss of nntrain already, as `mse`", "4:7"),
        ("class A(keras.metrics.Mean): pass", "`A.better` is missing", "4:7"),
        ("class A(keras.metrics.Mean): better = 'more'", "`A.better` is `'more'`", "4:7"),
        ("class A(keras.losses.Loss): labels = 'classes'", "`A.labels` is `'classes'`", "4:7"),
        ("class A(keras.optimizers.SGD): pass", "`A` is an optimizer, which a plug-in cannot add", "4:7"),
        ("x = 1", "the plug-in `own.py` defines no class that a config can use", "1:1"),
        (
            "class A(keras.layers.Layer):\n    def __init__(self, size: int): super().__init__()",
            "`__init__` of `A` takes no `**kwargs`, in which nntrain gives it a name and more",
            "4:7",
        ),
        (
            "class A(keras.callbacks.Callback):\n    def on_train_batch_end(self, batch, logs=None): pass",
            "`A.on_train_batch_end` would not be called: nntrain runs a whole epoch in one compiled loop",
            "4:7",
        ),
        (
            "class A(keras.initializers.Initializer):\n    def __init__(self, size: float): self.size = size",
            "`A` has arguments and no `get_config`, with which Keras saves them",
            "4:7",
        ),
        ("class Options: pass", "`Options` is that of a data source, and must be a `Splittable`", "4:7"),
        (
            "from nntrain.config.data import Splittable\nclass Options(Splittable): pass",
            "the data source has `Options` and no function `load`",
            "5:7",
        ),
    ],
)
def test_a_class_that_cannot_be_used_is_refused_at_its_place(code: str, message: str, place: str) -> None:
    assert refused(code) == (message, place)


def test_a_data_source_has_the_name_of_its_file_which_must_be_a_new_one() -> None:
    code = "from nntrain.config.data import Splittable\nclass Options(Splittable): 'x'\ndef load(options): pass"
    assert [member.called() for member in plugin(code, "waves").members] == ["waves"]
    assert refused(code, "iris") == ("`iris` is a data source of nntrain already", "5:7")
