"""What the rules let pass; tests/messages/rules holds what they refuse."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.config import rules
from nntrain.config.data_rules import CheckedExperiment
from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.resolve import resolve
from nntrain.document.yaml_file import parse
from nntrain.errors import ConfigError

IRIS = Schema((4,), tuple("012"))


def found(layers: list[Any], schema: Schema | None = IRIS, data: Any = "iris", **train: Any) -> list[str]:
    experiment = Experiment.model_validate({"data": data, "model": layers, "train": train})
    return [problem.message for problem in rules.problems(experiment, schema and resolve(experiment, schema))]


def dense(units: int, activation: str = "linear", **options: Any) -> dict[str, Any]:
    return {"Dense": {"units": units, "activation": activation, **options}}


def test_every_rule_has_an_exact_message(tmp_path: Path) -> None:
    """Each message of tests/messages/rules comes from one rule; each rule must have given some."""
    folder = Path(__file__).parents[1] / "messages" / "rules"
    speakers: set[str] = set()
    for file in folder.glob("*.txt"):
        config, _, expected = file.read_text().partition("$ nntrain check")
        experiment = Experiment.model_validate(parse(config, "c.yaml").tree)
        schema = experiment.data.known_schema
        subject = CheckedExperiment.of(experiment, schema and resolve(experiment, schema))
        for rule in rules.RULES:
            messages = [problem.message for problem in rule(subject)]
            if any(f": {message}\n" in expected for message in messages):
                speakers.add(rule.__name__)
    assert speakers == {rule.__name__ for rule in rules.RULES}


def test_patience_must_be_shorter_than_the_training() -> None:
    def stopping(patience: int, **train: Any) -> list[str]:
        return found(["Flatten"], callbacks=[{"EarlyStopping": patience}], **train)

    assert stopping(4, epochs=5) == []
    assert stopping(5, epochs=5) == ["`patience: 5` can never take effect in 5 epochs"]
    assert stopping(9) == []
    assert stopping(10) == ["`patience: 10` can never take effect in 10 epochs"]
    assert stopping(1000, steps=5) == []


def test_bounds_that_touch_pass() -> None:
    assert found([{"RandomRotation": [0.1, 0.1]}, "Flatten"], Schema((8, 8, 1), tuple("012"))) == []
    assert found([{"RReLU": {"lower": 0.2, "upper": 0.2}}]) == []
    norm = {"MinMaxNorm": {"min_value": 1, "max_value": 1}}
    assert found([dense(3, "softmax", kernel_constraint=norm)]) == []


def test_a_moving_average_is_allowed_with_its_options() -> None:
    optimizer = {"Adam": {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 10}}
    assert found(["Flatten"], optimizer=optimizer, callbacks=["SwapEMAWeights"]) == []


def test_layers_without_a_name_never_clash() -> None:
    assert found([{"Repeat": {"times": 3, "layers": [dense(8, "relu")]}}, dense(3, "softmax")]) == []


def test_every_shipped_config_passes() -> None:
    from nntrain.config.load import load

    configs = sorted((Path(__file__).parents[2] / "configs").rglob("*.yaml"))
    assert len(configs) >= 2
    for file in configs:
        try:
            load(file)
        except ConfigError as error:
            pytest.fail(f"{file}: {error}")
