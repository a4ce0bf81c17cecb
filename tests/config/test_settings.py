from pathlib import Path

import pytest

from nntrain.config.settings import as_json, differing, flat, settings, short_names
from nntrain.storage.run_dir import RunDir
from tests.conftest import Trained

ADAM = {
    "data": {"iris": {"validation": 0.1}},
    "model": ["Normalization", {"Dense": {"units": 8}}],
    "train": {"optimizer": {"Adam": {"learning_rate": 0.1}}, "metrics": ["Accuracy", "AUC"], "callbacks": []},
}


def test_values_are_found_by_their_paths_and_names_at_theirs() -> None:
    assert flat(ADAM) == {
        "data": "iris",
        "data.iris": "validation",
        "data.iris.validation": 0.1,
        "model": "Normalization, Dense",
        "model.0": "Normalization",
        "model.1": "Dense",
        "model.1.Dense": "units",
        "model.1.Dense.units": 8,
        "train.optimizer": "Adam",
        "train.optimizer.Adam": "learning_rate",
        "train.optimizer.Adam.learning_rate": 0.1,
        "train.metrics": "Accuracy, AUC",
        "train.callbacks": "",
    }


def test_runs_differ_where_all_have_a_value() -> None:
    other = {**ADAM, "train": {**ADAM["train"], "optimizer": {"SGD": {"momentum": 0.9}}, "epochs": 3}}  # type: ignore[dict-item]
    assert differing([flat(ADAM), flat(other)]) == ["train.optimizer"]
    assert differing([flat(ADAM), {}]) == []
    assert differing([flat(ADAM)] * 3) == []


def test_layers_that_differ_are_one_setting() -> None:
    deep, wide = ({"model": [{name: {"units": 3}}, {"Dense": {"units": 2}}]} for name in ("Dense", "NTKDense"))
    assert differing([flat(deep), flat(wide)]) == ["model"]


def test_a_name_is_as_short_as_it_can_be() -> None:
    paths = ["model.1.Dense.units", "model.2.Dense.units", "train.optimizer", "train.epochs"]
    assert short_names(paths, ["epochs"]) == {
        "model.1.Dense.units": "1.Dense.units",
        "model.2.Dense.units": "2.Dense.units",
        "train.optimizer": "optimizer",
        "train.epochs": "train.epochs",
    }


def test_a_place_in_a_list_is_shown_with_the_name_of_the_list() -> None:
    paths = ["train.callbacks.0", "train.metrics.1", "model.2.GaussianNoise.stddev"]
    assert list(short_names(paths).values()) == ["callbacks.0", "metrics.1", "stddev"]


def test_a_run_has_the_values_of_its_resolved_config(trained: Trained) -> None:
    found = settings(trained("iris"))
    assert (found["data"], found["train.optimizer"], found["train.epochs"]) == ("iris", "Adam", 6)


@pytest.mark.parametrize("text", ["", "[" * 3000, "- " * 4000 + "x", "a: *b", "a: [1", "7", "null"])
def test_a_damaged_config_has_no_values(text: str, tmp_path) -> None:
    run = RunDir(tmp_path)
    run.write("resolved.yaml", text)
    assert not [path for path in settings(run) if path not in ("", "a")]


def test_the_environment_of_a_run_has_them_for_a_list_of_a_thousand_runs(tmp_path: Path) -> None:
    tree = {"data": "iris", "train": {"epochs": 3, "optimizer": {"Adam": {"clipnorm": float("inf")}}}}
    found = as_json(tree)
    assert found["train.epochs"] == 3 and found["train.optimizer.Adam.clipnorm"] == "inf"
    assert settings(RunDir(tmp_path), {"settings": found}) == found  # no file is read


def test_what_a_search_reads_alone_is_no_difference() -> None:
    assert differing([{"seed": 1, "tune.trials": 5}, {"seed": 2, "tune.trials": 6}]) == ["seed"]
