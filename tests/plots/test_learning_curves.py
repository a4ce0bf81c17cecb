import math
import sys
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from nntrain.plots import learning_curves


def rows(count: int, **more: float) -> list[dict[str, float]]:
    return [
        {"epoch": n, "seconds": 0.1, "learning_rate": 0.01, "loss": 1 / n, "val_loss": 1.1 / n, **more}
        for n in range(1, count + 1)
    ]


def plot(*arguments: object) -> np.ndarray:
    """(height, width, 3) the decoded PNG, which must not be blank."""
    data = learning_curves.draw(learning_curves.Options(*arguments))  # type: ignore[arg-type]
    pixels = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    assert data.startswith(b"\x89PNG")
    assert (pixels < 200).any()
    return pixels


def dots(pixels: np.ndarray, color: str) -> int:
    wanted = [int(color[start : start + 2], 16) for start in (1, 3, 5)]
    return int((np.abs(pixels.astype(int) - wanted).max(axis=2) < 12).sum())


@pytest.mark.parametrize("count", [1, 2, 30, 1000])
def test_any_number_of_epochs(count):
    pixels = plot(rows(count, accuracy=0.5, val_accuracy=0.4), count, "a run")
    height, width, _ = pixels.shape
    assert 900 < width < 1050
    assert 600 < height < 800
    assert dots(pixels, learning_curves._TRAINING) > 20
    assert dots(pixels, learning_curves._VALIDATION) > 20


def test_a_panel_for_each_metric_and_a_small_one_for_a_rate_that_changes():
    one = plot(rows(5), 2, "a run").shape[0]
    two = plot(rows(5, regularization_loss=0.1), 2, "a run").shape[0]
    rate = [{**row, "learning_rate": 0.1 / row["epoch"]} for row in rows(5)]
    small = plot(rate, 2, "a run").shape[0]
    assert two - one == pytest.approx(2.3 * 120, abs=15)
    assert small - one == pytest.approx(1.0 * 120, abs=15)


def test_the_best_epoch_is_marked():
    assert not np.array_equal(plot(rows(30), 10, "a run"), plot(rows(30), 20, "a run"))


def test_without_validation_and_best_epoch():
    alone = [{"epoch": row["epoch"], "loss": row["loss"]} for row in rows(20)]
    assert dots(plot(alone, 0, ""), learning_curves._VALIDATION) == 0


def test_gaps_where_a_value_is_missing_or_not_finite():
    log = rows(30, accuracy=math.nan, val_accuracy=math.nan)
    log[4]["loss"] = math.inf
    del log[7]["val_loss"]
    plot(log, 3, "gaps")


@pytest.mark.parametrize(("losses", "scale"), [((100, 0.5), "log"), ((10, 0.5), "linear"), ((100, 0), "linear")])
def test_the_loss_is_logarithmic_above_two_decades(losses, scale):
    from matplotlib.figure import Figure

    panel = Figure().subplots()
    log = learning_curves.Options([{"epoch": n + 1, "loss": loss} for n, loss in enumerate(losses)])
    learning_curves._draw_metric(panel, log, "loss")
    assert panel.get_yscale() == scale


def test_the_loss_comes_first_whatever_the_order_of_columns():
    log = learning_curves.Options([{"epoch": 1, "accuracy": 1.0, "val_auc": 1.0, "loss": 1.0, "seconds": 1.0}])
    assert log.metrics == ["loss", "accuracy", "auc"]


def test_letters_that_would_be_formulas_or_are_missing_from_the_font():
    plot(rows(3), 1, "$x_1$ \\frac 犬 " * 20)


def test_the_same_bytes_for_the_same_rows():
    first, again = (learning_curves.draw(learning_curves.Options(rows(5), 1, "a")) for _ in range(2))
    assert first == again


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match="at least one epoch"):
        learning_curves.draw(learning_curves.Options([]))


def test_pyplot_is_not_touched():
    import subprocess

    code = (
        "import sys; from nntrain.plots import learning_curves as l;"
        "l.draw(l.Options([{'epoch': 1, 'loss': 1.0}])); sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)


def test_a_reference_far_away_is_named_and_does_not_flatten_the_curves() -> None:
    from matplotlib.figure import Figure

    panel = Figure().subplots()
    learning_curves._draw_references(panel, [("guessing", 0.1), ("linear model", 0.75)], [0.7, 0.9])
    labels = panel.get_legend_handles_labels()[1]
    assert labels == ["guessing: 0.1 (below)", "linear model: 0.75"]
    assert [list(line.get_ydata()) for line in panel.get_lines()] == [[], [0.75, 0.75]]


def test_the_references_and_notes_of_a_run(scored) -> None:
    options = learning_curves.of(scored("iris"))
    assert [words for words, _ in options.references["accuracy"]] == ["always the most frequent class", "linear model"]
    assert options.references["loss"] == [("equal chances for all classes", math.log(3))]
    assert options.notes == [
        "Dropout is off on the validation split, so its curve may be the better one.", "", "learning rate 0.02", "",
    ]  # fmt: skip
    assert [words for words, _ in learning_curves.of(scored("plane")).references.get("r2_score", [])] != []


def test_values_that_are_not_finite_are_said() -> None:
    rows = [{"epoch": float(n), "loss": 1.0, "val_loss": math.nan if n in (2, 4) else 1.0} for n in range(1, 5)]
    rows[3]["loss"] = math.inf
    words = "Not finite, and left out: loss in 1 epoch (first: 4), val_loss in 2 epochs (first: 2)."
    assert learning_curves._not_finite(rows) == words
    assert learning_curves._not_finite(rows[:1]) == ""


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_noise_does_not_fill_the_axis(metric: str) -> None:
    from matplotlib.figure import Figure

    panel = Figure().subplots()
    values = (0.693, 0.699)
    log = learning_curves.Options([{"epoch": n + 1, metric: value} for n, value in enumerate(values)])
    learning_curves._draw_metric(panel, log, metric)
    low, high = panel.get_ylim()
    assert high - low > 0.0999 and low < 0.693 and high > 0.699


@pytest.mark.parametrize(("metric", "scale"), [("mean_absolute_error", "log"), ("accuracy", "linear")])
def test_an_error_that_explodes_has_a_logarithmic_axis(metric, scale):
    from matplotlib.figure import Figure

    panel = Figure().subplots()
    exploding = [row | {metric: 10.0 ** -row["epoch"]} for row in rows(5)]
    learning_curves._draw_metric(panel, learning_curves.Options(exploding), metric)
    assert panel.get_yscale() == scale
