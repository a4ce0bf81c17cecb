import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.errors import ConfigError


def test_the_environment_sets_the_threads_of_small_steps(
    forked: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it there is one: see tests/cli/commands/test_fit.py."""
    (tmp_path / "a.yaml").write_text(
        "data: iris\nmodel: [{Dense: {units: 3, activation: softmax}}]\ntrain: {epochs: 1}\n"
    )
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "2")
    done = forked(tmp_path, "fit", "a.yaml", "--device", "cpu")
    assert done.returncode == 0
    found = json.loads((tmp_path / "runs" / "a" / "environment.json").read_text())["threads"]
    assert (found["intra_op"], found["inter_op"]) == (0, 0)


@pytest.mark.parametrize(("largest", "is_refused"), [(1.0, False), (1.5, True)])
def test_binary_cross_entropy_takes_numbers_from_0_to_1_of_a_sigmoid(
    largest: float, is_refused: bool, prepare: Any, tmp_path: Path
) -> None:
    x = np.linspace(0, largest, 40, dtype="float32").reshape(20, 2)
    np.savez(tmp_path / "d.npz", x=x, y=x)
    text = f"""
data: {{npz_file: {{path: {tmp_path / "d.npz"}}}}}
model: [{{Dense: {{units: 2, activation: sigmoid}}}}]
train: {{epochs: 1, loss: binary_crossentropy}}
"""
    if not is_refused:
        assert prepare(text).prepared.resolved.labels == "number"
        return
    with pytest.raises(ConfigError, match=r"`BinaryCrossentropy` needs targets from 0 to 1, but they go from 0 to 1.5"):
        prepare(text)
