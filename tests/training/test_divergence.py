"""The help of a training that diverged names the cause that the config and the rows show."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.errors import Diverged
from nntrain.runs import experiment
from nntrain.runs.experiment import Training
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.divergence import DEFAULT, help_for

CONFIG = """
    data: {npz_file: {path: rows.npz, test: none, validation: none, task: TASK}}
    model: MODEL
    train: {epochs: 3, TRAIN}
    """
DENSE = "[{Dense: {units: 4, activation: relu}}]"


def saved(folder: Path, scale: float = 1.0, target: float = 1.0) -> np.ndarray:
    x = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
    x /= np.abs(x).max()
    classes = np.arange(60) % 2
    np.savez(folder / "rows.npz", x=x * scale, y=classes if target == 1 else (x[:, :1] * target))
    return x


def text(model: str = DENSE, train: str = "shuffle: true", task: str = "classification") -> str:
    return CONFIG.replace("MODEL", model).replace("TRAIN", train).replace("TASK", task)


@pytest.mark.parametrize(
    ("model", "train", "scale", "help"),
    [
        (DENSE, "shuffle: true", 1.0, DEFAULT),
        (DENSE, "shuffle: true", 1e5, "the inputs go up to 1e+05: add `Normalization` as the first layer"),
        ("[Normalization, {Dense: 2}]", "shuffle: true", 1e5, DEFAULT),
        (
            DENSE,
            "precision: mixed_float16",
            1e5,
            "the inputs go up to 1e+05, and float16 ends at 65,504: add `Normalization` as the first layer, or write "
            "`precision: float32`",
        ),
        (
            "[{Rescaling: 1/255}, {Dense: 2}]",
            "precision: mixed_float16",
            1e5,
            "float16 ends at 65,504: write `precision: mixed_bfloat16` or `float32`, or lower `learning_rate`",
        ),
        (
            DENSE,
            "precision: mixed_float16, optimizer: {SGD: {loss_scale_factor: 1e9}}",
            1.0,
            "remove `loss_scale_factor`: the loss is then scaled so that its gradients fit into float16",
        ),
    ],
)
def test_the_help_names_what_is_too_large(
    prepare: Any, tmp_path: Path, model: str, train: str, scale: float, help: str
) -> None:
    saved(tmp_path, scale)
    net = prepare(text(model, train))
    assert help_for(net.prepared.resolved, net.data.train) == help


def test_large_targets_are_named(prepare: Any, tmp_path: Path) -> None:
    saved(tmp_path, target=2e6)
    net = prepare(text(task="regression"))
    assert help_for(net.prepared.resolved, net.data.train).startswith("the targets go up to 2e+06: divide them")


@pytest.mark.parametrize("activation", ["linear", "tanh", "softplus"])
def test_poisson_on_an_output_that_can_be_negative(prepare: Any, tmp_path: Path, activation: str) -> None:
    x = saved(tmp_path)
    np.savez(tmp_path / "rows.npz", x=x, y=np.round(np.exp(x[:, :1])))
    layers = f"[{{Dense: {{units: 4}}}}, {{Dense: {{units: 1, activation: {activation}}}}}]"
    net = prepare(text(layers, "loss: Poisson", "regression"))
    help = help_for(net.prepared.resolved, net.data.train)
    reason = f"`Poisson` needs predictions above 0, but the output layer is `{activation}`: end the model with "
    assert (help == DEFAULT) if activation == "softplus" else help.startswith(reason)


def test_the_error_of_a_run_has_this_help(prepare: Any, tmp_path: Path) -> None:
    saved(tmp_path, 1e5)
    prepared = prepare(text(DENSE, "precision: mixed_float16")).prepared
    with pytest.raises(Diverged) as raised:
        experiment.run(Training(prepared, RunDir.create(tmp_path / "runs", "a"), Terminal(quiet=True)))
    assert "and float16 ends at 65,504" in str(raised.value)
