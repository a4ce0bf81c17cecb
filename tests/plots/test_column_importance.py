"""The importance of columns as bars."""

from typing import Any

from nntrain.evaluation.column_importance import ColumnImportance
from nntrain.plots import column_importance
from nntrain.plots.column_importance import Options


def test_the_importance_of_the_columns_of_a_run(scored: Any, pixels: Any) -> None:
    options = column_importance.of(scored("iris"))
    assert len(options.columns) == 4 and options.worse == "accuracy that is lost"
    pixels(column_importance.draw(options))
    assert column_importance.of(scored("plane")).worse == "growth of the mean absolute error"


def test_of_many_columns_the_most_important_are_drawn(pixels: Any) -> None:
    columns = [ColumnImportance(f"$c_{index}$ 漢 {'x' * index}", 1 / (index + 1) - 0.1, 0.05) for index in range(200)]
    pixels(column_importance.draw(Options(columns, "accuracy that is lost", "a run")))
    pixels(column_importance.draw(Options(columns[:1], "accuracy that is lost", "a run")))
