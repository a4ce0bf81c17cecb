"""Loggers in a config: as a name, and as a mapping from the name to the options."""

from typing import Any

import pytest
from pydantic import ValidationError

from nntrain.config.loggers import Logger, refuse_missing
from nntrain.config.named import to_tree
from nntrain.config.train import Train
from nntrain.errors import MissingPackage


@pytest.mark.parametrize(
    ("loggers", "written"),
    [
        (["tensorboard", "mlflow"], ["tensorboard", {"mlflow": {"experiment": "nntrain"}}]),
        (["TensorBoard", "MLflow"], ["tensorboard", {"mlflow": {"experiment": "nntrain"}}]),
        (
            [{"mlflow": {"experiment": "digits", "tracking_uri": "http://127.0.0.1:5000"}}],
            [{"mlflow": {"tracking_uri": "http://127.0.0.1:5000", "experiment": "digits"}}],
        ),
    ],
)
def test_each_form_is_written_as_one(loggers: list[Any], written: list[Any]) -> None:
    assert to_tree(Train.model_validate({"loggers": loggers}))["loggers"] == written


def test_one_that_is_named_twice_is_an_error() -> None:
    with pytest.raises(ValidationError, match="the logger `mlflow` is named twice"):
        Train.model_validate({"loggers": ["mlflow", {"mlflow": {"experiment": "digits"}}]})


def test_a_config_without_loggers_is_written_without_them() -> None:
    assert "loggers" not in to_tree(Train.model_validate({}))


def test_what_is_installed_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_missing([])
    monkeypatch.setattr("nntrain.errors.find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match="`loggers: \\[tensorboard\\]` needs the package `tensorboard`"):
        refuse_missing([Logger.parse("tensorboard")])
