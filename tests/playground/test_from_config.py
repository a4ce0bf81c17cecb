import pytest

from nntrain.config.load import from_document
from nntrain.document import yaml_file
from nntrain.errors import ConfigError
from nntrain.playground.base import Base
from nntrain.playground.from_config import base_of
from nntrain.playground.settings import Settings

POINTS = "data: {toy_2d: {kind: spiral, size: 300, noise: 0.1, features: [x, sin_x], validation: 0.4}}\n"
OUTPUT = "Dense: {units: 1, activation: sigmoid}"


def base(text: str) -> Base:
    config = from_document(yaml_file.parse(text, "c.yaml"))
    assert config.known is not None
    return base_of(config, config.known)


def test_the_controls_show_the_config() -> None:
    found = base(
        "seed: 7\n"
        + POINTS
        + "model: [Dense: {units: 5, activation: relu, kernel_regularizer: {L2: 0.01}}, Dropout: 0.1,"
        + " Dense: {units: 3, activation: relu, kernel_regularizer: {L2: 0.01}}, Dropout: 0.1,"
        + " Dense: {units: 1, activation: sigmoid, kernel_regularizer: {L2: 0.01}}]\n"
        + "train: {batch_size: full, optimizer: {Adam: {learning_rate: 0.02}}}\n"
    )
    assert found.settings == Settings(
        kind="spiral",
        size=300,
        noise=0.1,
        held_out=0.4,
        features=("x", "sin_x"),
        hidden=(5, 3),
        activation="relu",
        regularizer="L2",
        regularization=0.01,
        dropout=0.1,
        optimizer="Adam",
        learning_rate=0.02,
        batch_size=100_000,
        seed=7,
    )
    assert not (found.fixed_model or found.fixed_split or found.scheduled) and found.name == ""


@pytest.mark.parametrize(
    ("optimizer", "momentum", "kept"),
    [
        ("SGD: {momentum: 0.8, nesterov: true}", 0.8, {"nesterov": True}),
        ("RMSprop: {momentum: 0.5, rho: 0.8}", 0.5, {"rho": 0.8}),
        ("Adam: {beta_1: 0.8}", 0.0, {"beta_1": 0.8}),
    ],
)
def test_the_momentum_has_a_control(optimizer: str, momentum: float, kept: dict[str, object]) -> None:
    found = base(f"{POINTS}model: [{OUTPUT}]\ntrain: {{optimizer: {{{optimizer}}}}}\n")
    assert found.optimizer is not None
    assert (found.settings.momentum, found.optimizer[1]) == (momentum, kept)


@pytest.mark.parametrize(
    "model",
    [
        f"[BatchNormalization, {OUTPUT}]",
        f"[Dense: 4, ReLU, {OUTPUT}]",
        f"[Dense: {{units: 4, activation: relu}}, Dense: {{units: 4, activation: tanh}}, {OUTPUT}]",
        f"[Dense: {{units: 4, kernel_initializer: he_normal}}, {OUTPUT}]",
        f"[Dense: {{units: 4, kernel_regularizer: {{L1L2: {{l1: 0.1, l2: 0.1}}}}}}, {OUTPUT}]",
        f"[Dense: 4, Dropout: 0.1, Dense: 4, {OUTPUT}]",
        f"[Dense: 4, Dropout: 0.1, Dense: 4, Dropout: 0.2, {OUTPUT}]",
        f"[Repeat: {{times: 2, layers: [Dense: 3]}}, {OUTPUT}]",
        "[Dense: 4, Dense: 1, Activation: sigmoid]",
    ],
)
def test_layers_without_controls_stay_those_of_the_config(model: str) -> None:
    found = base(f"{POINTS}model: {model}\n")
    assert found.fixed_model and found.settings.kind is None and found.name == "c.yaml"


def test_a_schedule_stays_and_so_does_a_training_that_it_depends_on() -> None:
    text = f"{POINTS}model: [{OUTPUT}]\ntrain: {{epochs: 5, optimizer: {{SGD: {{learning_rate: %s}}}}}}\n"
    falling = base(text % "{ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 9, decay_rate: 0.5}}")
    assert falling.scheduled and falling.epochs is None and "optimizer" in falling.tree["train"]
    assert base(text % "{CosLog: {max_learning_rate: 0.1}}").epochs == 5


def test_a_split_that_is_no_share_stays() -> None:
    found = base(f"{POINTS.replace('0.4', '{last: 20}')}model: [{OUTPUT}]\n")
    assert found.fixed_split


def test_a_value_without_a_control_is_an_error() -> None:
    with pytest.raises(ConfigError, match="no control for `hidden"):
        base(f"{POINTS}model: [Dense: 300, {OUTPUT}]\n")
    with pytest.raises(ConfigError, match="no control for `size: 50000`"):
        base(f"{POINTS.replace('300', '50000')}model: [{OUTPUT}]\n")


def test_an_output_layer_that_is_left_out_is_none_of_the_hidden_ones() -> None:
    found = base(f"{POINTS}model: [Dense: {{units: 6, activation: tanh}}]\n")
    assert found.settings.hidden == (6,) and found.outputs == ({"Dense": {"units": 1, "activation": "sigmoid"}},)
