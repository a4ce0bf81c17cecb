"""What the plots of a search have in common: each is drawn of many kinds of searches."""

import math
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from nntrain.config.search.space import Condition, Direction, Parameter, Space
from nntrain.search import plot_style
from nntrain.search.importance import ParameterImportance
from nntrain.search.plot_style import SearchPlot
from nntrain.search.plots import importance, parallel_coordinates, search_history, slices
from nntrain.search.trial_table import Trial

SPACE = Space(
    (
        Parameter("train.optimizer", "choice", ({"SGD": {}}, {"Adam": {}})),
        Parameter(
            "train.optimizer.SGD.momentum", "float", low=0.5, high=0.99, condition=Condition("train.optimizer", 0)
        ),
        Parameter("train.learning_rate", "float", low=1e-4, high=1e-1, log=True),
        Parameter("model.1.Dense.units", "int", low=8, high=64),
    )
)
Draw = Callable[[list[Trial], Direction], bytes]


def drawing(plot: ModuleType, space: Space = SPACE) -> Draw:
    return lambda trials, direction: plot.draw(
        plot.Options(trials=trials, space=space, metric="val_accuracy", direction=direction, title="a search")
    )


DRAWS = {
    "history": drawing(search_history),
    "slices": drawing(slices, Space(SPACE.parameters[:2])),  # a panel takes long
    "parallel": drawing(parallel_coordinates),
}
every_plot = pytest.mark.parametrize("draw", DRAWS.values(), ids=list(DRAWS))
every_whole_plot = pytest.mark.parametrize("draw", {**DRAWS, "slices": drawing(slices)}.values(), ids=list(DRAWS))
VERMILION = (0xC4, 0x4E, 0x00)


def searched(count: int) -> list[Trial]:
    chance = random.Random(0)
    found = []
    for number in range(1, count + 1):
        sgd = chance.random() < 0.5
        values = {
            "train.optimizer": {"SGD": {}} if sgd else {"Adam": {}},
            **({"train.optimizer.SGD.momentum": chance.uniform(0.5, 0.99)} if sgd else {}),
            "train.learning_rate": 10 ** chance.uniform(-4, -1),
            "model.1.Dense.units": chance.randint(8, 64),
        }
        found.append(Trial(number, values, chance.random(), "done", 5, 1.0))
    return found


@cache
def of_six(draw: Draw) -> bytes:
    return draw(searched(6), "max")


def pixels(png: bytes) -> np.ndarray:
    """(height, width, 3) of a plot that must not be blank."""
    assert png.startswith(b"\x89PNG")
    found = np.asarray(Image.open(BytesIO(png)).convert("RGB"))
    assert (found < 200).any()
    return found


def dots(png: bytes, color: tuple[int, int, int]) -> int:
    return int((np.abs(pixels(png).astype(int) - color).max(axis=2) < 12).sum())


@every_whole_plot
@pytest.mark.parametrize(("count", "direction"), [(1, "min"), (30, "max")])
def test_any_number_of_trials_is_drawn(draw, count, direction):
    height, width, _ = pixels(draw(searched(count), direction)).shape
    assert 400 < height < 900
    assert 700 < width < 1500


@every_plot
def test_many_trials_are_drawn(draw):
    pixels(draw(searched(200), "max"))


@every_plot
def test_a_failed_trial_is_seen(draw):
    trials = searched(6)
    assert dots(of_six(draw), VERMILION) == 0
    failed = [*trials[:-1], replace(trials[-1], score=None, status="failed", message="out of memory")]
    diverged = [*trials[:-1], replace(trials[-1], score=math.nan)]
    assert dots(draw(failed, "max"), VERMILION) > 20
    assert dots(draw(diverged, "max"), VERMILION) > 20


@every_plot
def test_a_search_whose_trials_all_failed_is_drawn(draw):
    assert dots(draw([replace(trial, score=None, status="failed") for trial in searched(4)], "min"), VERMILION) > 50


@every_plot
def test_a_pruned_trial_looks_different(draw):
    trials = searched(6)
    assert of_six(draw) != draw([*trials[:-1], replace(trials[-1], status="pruned")], "max")


@every_plot
def test_a_trial_that_still_runs_is_left_out(draw):
    running = replace(searched(7)[6], status="running", score=None)
    assert of_six(draw) == draw([*searched(6), running], "max")


@every_plot
def test_the_order_of_the_trials_does_not_matter(draw):
    assert of_six(draw) == draw(searched(6)[::-1], "max")


@every_plot
def test_no_trial_is_refused(draw):
    with pytest.raises(ValueError, match="at least one trial that is over"):
        draw([replace(trial, status="running", score=None) for trial in searched(2)], "max")


@every_plot
@pytest.mark.parametrize("scores", [(1e6, 0.1, 0.2), (0.0, 0.0, 0.0), (-3.0, -2.0, 1e-9)])
def test_scores_of_any_size(draw, scores):
    pixels(draw([replace(trial, score=score) for trial, score in zip(searched(3), scores, strict=True)], "min"))


@every_plot
def test_letters_that_would_be_formulas_or_are_missing_from_the_font(draw):
    own = {"train.optimizer": "$犬_1$ \\frac", "train.learning_rate": {"$x$": {"$y_2": None}}}
    pixels(draw([replace(searched(1)[0], values=own), *searched(5)[1:]], "max"))


def test_a_legend_that_is_too_wide_takes_two_lines():
    trials = [replace(trial, score=score) for trial, score in zip(searched(4), (0.1, 0.2, math.nan, None), strict=True)]
    trials[1] = replace(trials[1], status="pruned")
    wide = pixels(DRAWS["history"](trials, "max"))
    assert wide.shape[1] <= pixels(DRAWS["history"](trials[:1], "max")).shape[1] + 5


def test_the_spread_over_repeats_is_a_whisker():
    trials = searched(6)
    spread = [replace(trial, spread=0.1) for trial in trials]
    assert DRAWS["history"](trials, "max") != DRAWS["history"](spread, "max")


def test_the_best_is_among_those_done_and_the_first_of_equals():
    trials = [replace(trial, score=score) for trial, score in zip(searched(4), (0.1, 0.7, 0.7, 0.9), strict=True)]
    trials[3] = replace(trials[3], status="pruned")
    plot = SearchPlot(trials=trials, space=SPACE, metric="val_accuracy", direction="max", title="a search")
    assert plot.best is trials[1]
    assert replace(plot, direction="min").best is trials[0]
    assert replace(plot, trials=trials[3:]).best is None


def test_long_paths_are_wrapped_at_dots_then_at_underscores():
    assert plot_style.wrapped("model.1.Dense.units", 34) == "model.1.Dense.units"
    assert plot_style.wrapped("model.1.Dense.kernel_regularizer", 16) == "model.1.Dense.\nkernel_\nregularizer"
    assert plot_style.wrapped("a." * 9 + "b", 4, lines=3) == "a.a.\n…\na.b"
    assert plot_style.wrapped("x" * 30, 10) == "xxxxxx…xxx"


@pytest.mark.parametrize("names", [1, 14])
def test_importance(names):
    paths = tuple(f"model.{n}.Bidirectional.layer.LSTM.kernel_regularizer.L1L2.l1" for n in range(names))
    found = ParameterImportance(paths, tuple(1.2 / (n + 1) for n in range(names)), (0.05,) * names, 0.7, 30, (5, 5))
    png = importance.bars(found, "val_accuracy", "a search")
    assert dots(png, (0x2B, 0x7B, 0xBA)) > 1000
    assert 250 < pixels(png).shape[0] < 1400


def test_importance_prints_how_reliable_it_is():
    def explained(r2: float, epochs: tuple[int, int] = (5, 5)) -> list[str]:
        return importance._explained(ParameterImportance(("a",), (0.0,), (0.0,), r2, 12, epochs)).split("\n")

    assert explained(0.75) == [importance.METHOD, "12 trials; R² of the forest 0.75: it predicts the score well"]
    assert explained(0.4)[1].endswith("it predicts the score roughly")
    assert explained(-0.2)[1].endswith("-0.20: do not rely on this, it does not predict the score")
    assert explained(0.7, (2, 9))[2] == "the trials were trained for 2 to 9 epochs, which is not taken into account"
    pixels(importance.bars(ParameterImportance(("a",), (0.0,), (0.0,), -1.0, 12, (1, 1)), "val_loss", ""))


def test_pyplot_is_not_touched():
    code = (
        "import sys; from nntrain.search.plots import search_history as h;"
        "from nntrain.search.trial_table import Trial;"
        "from nntrain.config.search.space import Space; trials = [Trial(1, {}, 0.5, 'done', 1, 1.0)];"
        "h.draw(h.Options(trials=trials, space=Space(()), metric='x', direction='max', title='a'));"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
