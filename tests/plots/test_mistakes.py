from typing import Any

import numpy as np
import pytest

from nntrain.canvas import NothingToDraw
from nntrain.evaluation.saved_run import SavedRun
from nntrain.plots import mistakes as plot
from nntrain.plots.mistakes import MistakenRow, Options
from nntrain.subject import read


def test_the_surest_mistakes_of_a_run_come_first(scored: Any, pixels: Any) -> None:
    run = scored("smooth")
    options = plot.of(run)
    sure = [each.confidence for each in options.mistakes]
    assert sure == sorted(sure, reverse=True)
    first = options.mistakes[0]
    row = run.split.x[first.row - 1]
    assert first.true == run.classes[run.y[first.row - 1]] != first.predicted
    assert list(first.cells) == [f"{value:.5g}" for value in row]
    assert options.wrong == (run.predicted != run.y).sum()
    pixels(plot.draw(options))


def test_cells_of_a_table_are_its_categories(fit: Any, tmp_path: Any) -> None:
    rows = "".join(f"{n},{'uv'[n // 2 % 2]},{'xyyx'[n % 4]}\n" for n in range(60))
    (tmp_path / "t.csv").write_text("a,b,c\n" + rows)
    run = fit(f"data: {{table: {{path: {tmp_path}/t.csv, target: c}}}}\nmodel: [Dense: 2]\ntrain: {{epochs: 1}}\n")
    options = plot.of(SavedRun(read(run), "train"))
    assert list(options.columns) == ["a", "b"]
    assert {each.cells[1] for each in options.mistakes} <= {"u", "v"}


def test_images_and_names_in_any_script(pixels: Any) -> None:
    images = [np.zeros((8, 8)), np.zeros((8, 8, 3), "uint8"), np.random.default_rng(0).random((28, 28))]
    found = [MistakenRow(n, "<script>", "漢字" * 40, 0.9, images[n % 3]) for n in range(24)]
    pixels(plot.draw(Options(found, (), 900, "a run")))


def test_a_table_is_written_in_fonts_that_have_its_letters(pixels: Any) -> None:
    arc = "\u2312"  # DejaVu Sans lacks it; matplotlib would warn, and draw a box
    pixels(plot.draw(Options([MistakenRow(1, arc, "b", 0.9, None, (arc,))], (arc,), 1, "a run")))


def test_without_mistakes_there_is_nothing_to_draw(scored: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run = scored("iris")
    monkeypatch.setitem(run.__dict__, "predicted", run.y)
    with pytest.raises(NothingToDraw, match="all 30 rows of the test split are right"):
        plot.of(run)
