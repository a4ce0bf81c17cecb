"""The estimators do what scikit-learn asks of its own. `scripts/estimator-checks` runs every one of its checks."""

import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

import nntrain
from nntrain.document import yaml_file
from nntrain.sklearn import NNTrainClassifier, NNTrainRegressor

ALL = "NNTRAIN_ALL_CHECKS" in os.environ
SMALL: dict[str, Any] = {"hidden": (4,), "epochs": 3, "batch_size": 8, "learning_rate": 0.05}
QUICK = {
    "check_do_not_raise_errors_in_init_or_set_param",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimators_unfitted",
    "check_fit2d_predict1d",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_valid_tag_types",
}


def checks() -> Iterator[Any]:
    """The checks of scikit-learn with their names; none is expected to fail."""
    for estimator in (NNTrainClassifier(**SMALL), NNTrainRegressor(**SMALL)):
        for checked, check in estimator_checks_generator(estimator):
            name = check.func.__name__
            if ALL or name in QUICK:
                yield pytest.param(checked, check, id=f"{type(checked).__name__}-{name}")


@pytest.mark.parametrize(("estimator", "check"), list(checks()))
@pytest.mark.filterwarnings("default::sklearn.exceptions.DataConversionWarning")
def test_scikit_learn_finds_no_fault(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def iris() -> tuple[np.ndarray, np.ndarray]:
    x, index = load_iris(return_X_y=True)
    return x[::2], np.array(["a", "b", "c"])[index[::2]]


def test_a_classifier_is_the_run_of_fit(iris: Any, tmp_path: Path) -> None:
    x, y = iris
    model = NNTrainClassifier(hidden=(4,), epochs=1, runs_dir=tmp_path, random_state=5).fit(x, y)
    assert model.run_.path == tmp_path / "run" and model.run_.config["seed"] == 5
    np.savez(tmp_path / "rows.npz", x=x.astype("float32"), y=np.unique(y, return_inverse=True)[1])
    config = model.run_.config
    config["data"]["npz_file"]["path"] = tmp_path / "rows.npz"
    again = nntrain.fit(config, runs_dir=tmp_path, quiet=True, no_plots=True)
    assert np.array_equal(again.predict_proba(x), model.predict_proba(x))
    assert set(model.predict(x)) <= {"a", "b", "c"}


def test_a_config_gives_the_model_and_arguments_change_it(iris: Any, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    model = "model: [Dense: {units: 5, activation: tanh}]\n"
    file.write_text(f"data: iris\n{model}train: {{optimizer: {{SGD: {{momentum: 0.5}}}}}}\n")
    fitted = NNTrainClassifier(file, epochs=1, learning_rate=0.25, set={"train.batch_size": 7}).fit(*iris)
    train = fitted.run_.config["train"]
    assert train["optimizer"] == {"SGD": {"momentum": 0.5, "learning_rate": 0.25}}
    assert (train["epochs"], train["batch_size"], len(fitted.run_.history)) == (1, 7, 1)
    assert fitted.run_.model.layers[0].units == 5
    assert yaml_file.read(file).tree["data"] == "iris"


def test_a_class_is_chosen_as_the_run_does_and_has_its_name(iris: Any) -> None:
    x, y = iris[0], iris[1] == "c"
    weights = {"kernel_initializer": {"Constant": 0.1}, "bias_initializer": {"Constant": -2}}
    sigmoid = {"Dense": {"units": 1, "activation": "sigmoid", **weights}}
    config = {"model": ["Normalization", sigmoid, "DecisionThreshold"], "train": {"class_weight": {"True": 2}}}
    model = NNTrainClassifier(config, epochs=1, learning_rate=1e-5, validation=0.3).fit(x, y)
    assert model.run_.classes == ("False", "True")
    threshold = float(model.run_.model.layers[-1].threshold.numpy()[0])
    expected = model.predict_proba(x)[:, 1] > threshold
    assert np.array_equal(model.predict(x), expected) and 0 < expected.sum() < len(x) and threshold < 0.45


def test_scores_are_no_probabilities(iris: Any) -> None:
    config = {"model": [{"Dense": 1}], "train": {"loss": "Hinge"}}
    model = NNTrainClassifier(config, epochs=1).fit(iris[0], iris[1] == "c")
    assert set(model.predict(iris[0])) <= {True, False}
    with pytest.raises(ValueError, match="predicts scores, not probabilities"):
        model.predict_proba(iris[0])


def test_an_error_of_a_config_is_one_of_a_value_with_the_text_of_nntrain(iris: Any) -> None:
    config = {"model": [{"Dense": {"unit": 4}}]}
    with pytest.raises(ValueError, match=r"`Dense` has no option `unit`\n  --> model.0.Dense.unit\n help: write"):
        NNTrainClassifier(config).fit(*iris)


@pytest.mark.usefixtures("shared_programs")
def test_the_tools_of_scikit_learn_take_them(iris: Any, tmp_path: Path) -> None:
    x, y = iris
    pipeline = make_pipeline(StandardScaler(), NNTrainClassifier(hidden=(4,), epochs=1))
    search = GridSearchCV(pipeline, {"nntrainclassifier__learning_rate": [0.01, 0.1]}, cv=2).fit(x, y)
    assert search.best_params_["nntrainclassifier__learning_rate"] in (0.01, 0.1)
    found = permutation_importance(search.best_estimator_, x, y, n_repeats=1, random_state=0)
    assert found.importances_mean.shape == (4,)
    joblib.dump(search.best_estimator_, tmp_path / "model.joblib")
    again = joblib.load(tmp_path / "model.joblib")
    assert np.array_equal(again.predict_proba(x), search.predict_proba(x))
    assert clone(again).get_params()["nntrainclassifier__hidden"] == (4,)


def test_a_regression_predicts_one_number_or_several(iris: Any) -> None:
    x = iris[0]
    assert len(cross_val_score(NNTrainRegressor(hidden=(4,), epochs=1), x[:, :3], x[:, 3], cv=2)) == 2
    assert NNTrainRegressor(hidden=(), epochs=1).fit(x[:, :2], x[:, 2:]).predict(x[:, :2]).shape == (75, 2)


def test_the_scale_of_the_numbers_to_predict_is_free(iris: Any) -> None:
    x = iris[0]
    far = 1000 + 100 * x[:, 3]
    network = NNTrainRegressor(hidden=8, epochs=20, batch_size=8, learning_rate=0.02, random_state=0)
    assert network.fit(x[:, :3], far).score(x[:, :3], far) > 0.8


def test_a_wrong_optimizer_with_a_rate_is_an_error_of_nntrain(iris: Any) -> None:
    for optimizer in ({"SGD": None, "Adam": {}}, 5, {"SGD": {"momentum": 2}}):
        with pytest.raises(ValueError, match=r"(?s)error: .*--> train.optimizer"):
            NNTrainClassifier(optimizer=optimizer, learning_rate=0.1).fit(*iris)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="`y` has one class: `a`$"):
        NNTrainClassifier().fit(iris[0], ["a"] * 75)


PLUGIN = """
import keras


class Doubled(keras.layers.Layer):
    def call(self, x):
        return 2 * x
"""


@pytest.mark.usefixtures("shared_programs")
def test_a_plug_in_goes_along_into_clones_searches_and_pickles(iris: Any, tmp_path: Path) -> None:
    x, y = iris
    file = tmp_path / "own.py"
    file.write_text(PLUGIN)
    config = {"model": ["Doubled", {"Dense": {"units": 4, "activation": "relu"}}]}
    model = NNTrainClassifier(config, plugin=file, epochs=1)
    assert clone(model).plugin == file
    search = GridSearchCV(model, {"learning_rate": [0.1]}, cv=2).fit(x, y)
    file.unlink()  # a fitted estimator has what it needs
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    assert np.array_equal(again.predict_proba(x), search.predict_proba(x))
    assert "Doubled" in str(again.run_.config["model"])
    with pytest.raises(ValueError, match="the plug-in `.*own.py` does not exist"):
        clone(model).fit(x, y)
    with pytest.raises(ValueError, match="unknown layer `Doubled`"):
        NNTrainClassifier(config, epochs=1).fit(x, y)
