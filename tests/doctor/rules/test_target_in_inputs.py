from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.doctor import checkup


@pytest.mark.parametrize(("leaks", "severity"), [([1, 0, 0], "warning"), ([1, 1, 1], "note"), ([0, 0, 0], None)])
def test_a_column_that_gives_the_target_away_is_a_leak_unless_all_do(
    leaks: list[int], severity: str | None, prepare: Any, tmp_path: Path
) -> None:
    y = np.arange(80) % 2
    noise = np.random.default_rng(0).normal(size=(80, 3))
    rows = np.where(leaks, y[:, None] * 2 + 1.0, noise)
    lines = [",".join([*(f"{value:.6g}" for value in row), str(label)]) for row, label in zip(rows, y, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,c,y", *lines]))
    data = f"{{table: {{path: {tmp_path / 't.csv'}, target: y, encode: false}}}}"
    text = f"data: {data}\nmodel: [{{Dense: {{units: 1, activation: sigmoid}}}}]\ntrain: {{epochs: 300}}\n"
    found = [one for one in checkup.before(prepare(text).prepared).findings if one.disease == "target_in_inputs"]
    assert [one.severity for one in found] == ([] if severity is None else [severity])


def test_inputs_that_are_the_targets_are_those_of_an_autoencoder(prepare: Any, tmp_path: Path) -> None:
    x = np.random.default_rng(0).uniform(size=(60, 4)).astype("float32")
    np.savez(tmp_path / "d.npz", x=x, y=x)
    text = f"data: {{npz_file: {{path: {tmp_path / 'd.npz'}}}}}\nmodel: [{{Dense: 4}}]\ntrain: {{epochs: 300}}\n"
    assert "target_in_inputs" not in {one.disease for one in checkup.before(prepare(text).prepared).findings}
