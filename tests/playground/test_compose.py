from typing import Any

import pytest

from nntrain.config.load import from_document
from nntrain.document import yaml_file
from nntrain.errors import ConfigError
from nntrain.playground import compose
from nntrain.playground.base import Base
from nntrain.playground.from_config import base_of
from nntrain.playground.settings import Settings

TEXT = """# nntrain fit playground.yaml
# The network of the playground after 7 epochs.
seed: 42
data:
  toy_2d: {kind: xor, size: 500, noise: 0.1, data_seed: 0, features: [x, xy], test: none, validation: 0.5}
model:
  - Dense: {units: 3, activation: relu, kernel_regularizer: {L1: 0.01}}
  - Dropout: 0.2
  - Dense: {units: 1, activation: sigmoid, kernel_regularizer: {L1: 0.01}}
train:
  epochs: 7
  batch_size: 10
  save: last
  optimizer: {Adam: {learning_rate: 0.03}}
"""


def test_the_config_of_what_is_set() -> None:
    settings = Settings(
        kind="xor",
        noise=0.1,
        features=("x", "xy"),
        hidden=(3,),
        activation="relu",
        regularizer="L1",
        regularization=0.01,
        dropout=0.2,
        optimizer="Adam",
    )
    assert compose.text(Base(), settings, 7) == TEXT
    assert compose.config(Base(), settings, 7).experiment.train.epochs == 7


@pytest.mark.parametrize("kind", ["circle", "gauss", "spiral", "reg_plane", "reg_gauss"])
@pytest.mark.parametrize("hidden", [(), (1,), (8,) * 8])
def test_every_kind_of_points_and_every_depth_is_a_valid_config(kind: Any, hidden: tuple[int, ...]) -> None:
    found = compose.config(Base(), Settings(kind=kind, hidden=hidden), 3)
    assert found.warnings == ()
    assert len(found.experiment.model) == len(hidden) + 1


@pytest.mark.parametrize(
    "values",
    [{"kind": None}, {"columns": ("a", "b")}, {"optimizer": "Lion"}, {"activation": "none_such"}, {"batch_size": 0}],
)
def test_settings_that_the_page_does_not_offer_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        compose.config(Base(), Settings().model_copy(update=values), 3)


def test_what_no_control_shows_stays() -> None:
    written = """
    seed: 3
    data: {toy_2d: {kind: circle, split_seed: 9, validation: 0.3, test: 0.1}}
    model: [Dense: {units: 5, activation: relu}, Dense: {units: 1, activation: tanh}]
    train: {epochs: 4, optimizer: {SGD: {momentum: 0.9}}, loss: hinge, max_seconds: 9,
            callbacks: [{EarlyStopping: {patience: 2, restore_best_weights: true}}]}
    """
    config = from_document(yaml_file.parse(written, "c.yaml"))
    assert config.known is not None
    base = base_of(config, config.known)
    found = compose.config(base, base.settings, 6).experiment
    assert (found.seed, found.data.split_seed, found.data.test_rule.share) == (3, 9, 0.1)  # type: ignore[attr-defined]
    assert (found.train.loss.called(), found.train.callbacks[0].patience) == ("Hinge", 2)  # type: ignore[attr-defined]
    assert (found.train.optimizer.momentum, found.train.optimizer.learning_rate) == (0.9, 0.01)  # type: ignore[attr-defined]
    assert [(layer.units, layer.activation) for layer in found.model] == [(5, "relu"), (1, "tanh")]  # type: ignore[attr-defined]
    assert compose.config(base, base.settings, 2).experiment.train.callbacks == []  # its patience is 2 epochs
    adam = compose.tree(base, base.settings.model_copy(update={"optimizer": "Adam"}), 6)["train"]["optimizer"]
    assert adam == {"Adam": {"learning_rate": 0.01}}  # momentum is an option of the other one


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({"momentum": 0.9}, {"learning_rate": 0.03, "momentum": 0.9, "nesterov": True}),
        ({"momentum": 0.0}, {"learning_rate": 0.03}),  # Nesterov's look-ahead needs a momentum
        ({"momentum": 0.5, "optimizer": "RMSprop"}, {"learning_rate": 0.03, "momentum": 0.5}),
        ({"momentum": 0.5, "optimizer": "Adam"}, {"learning_rate": 0.03}),
    ],
)
def test_the_momentum_is_that_of_the_optimizer(settings: dict[str, Any], options: dict[str, Any]) -> None:
    base, wanted = Base(optimizer=("SGD", {"nesterov": True})), Settings.model_validate(settings)
    [found] = compose.tree(base, wanted, 3)["train"]["optimizer"].values()
    assert found == options
    assert compose.config(base, wanted, 3).warnings == ()
