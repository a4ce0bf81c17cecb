"""What a model of one input predicts along it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.canvas import NothingToDraw
from nntrain.evaluation.saved_run import SavedRun
from nntrain.plots import prediction_curve as plot
from nntrain.subject import read

NET = """
data: {{table: {{path: {file}, target: b, encode: false}}}}
model: [{{Dense: {{units: 4, activation: tanh}}}}, Dense: {units}]
train: {{epochs: 1}}
"""


@pytest.fixture
def run_of(fit: Any, tmp_path: Path) -> Any:
    """Trains a net on rows `a,b` for an epoch."""

    def made(rows: str, units: int) -> SavedRun:
        (tmp_path / "t.csv").write_text("a,b\n" + rows)
        return SavedRun(read(fit(NET.format(file=tmp_path / "t.csv", units=units))))

    return made


def test_the_curve_of_a_number(run_of: Any, pixels: Any, scored: Any) -> None:
    run = run_of("".join(f"{n / 10},{n * n / 100}\n" for n in range(40)), 1)
    assert plot.lacks(run.subject) == ""
    found = plot.of(run)
    expected = run.scorer.outputs(found.places[[7], None])
    np.testing.assert_allclose(found.predicted[7], expected[0], atol=1e-6)
    assert found.places[0] < found.x.min() and found.places[-1] > found.x.max()
    assert (found.names, found.input) == (["b"], "a")
    pixels(plot.draw(found))
    assert plot.lacks(scored("moons").subject) == "the model has not one input"


def test_the_probability_of_a_class(run_of: Any, pixels: Any) -> None:
    run = run_of("".join(f"{n},{'no' if n < 20 else 'yes'}\n" for n in range(40)), 1)
    found = plot.of(run)
    assert found.names == ["P(yes)"]
    np.testing.assert_array_equal(found.y[:, 0], run.y)
    pixels(plot.draw(found))


def test_a_category_has_no_curve(fit: Any, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n" + "".join(f"{'uvw'[n % 3]},{n}\n" for n in range(40)))
    text = f"data: {{table: {{path: {tmp_path / 't.csv'}, target: b}}}}\nmodel: [Dense: 1]\ntrain: {{epochs: 1}}\n"
    run = SavedRun(read(fit(text)))
    with pytest.raises(NothingToDraw, match="the input is a category"):
        plot.of(run)
