"""Columns that the target depends on are important, and others are not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.table import Column, Table
from nntrain.data.examples import Split
from nntrain.errors import ConfigError
from nntrain.evaluation import column_importance
from nntrain.evaluation.column_importance import columns_of, importances
from nntrain.evaluation.evaluate import evaluate
from nntrain.training.scorer import Scorer


@pytest.fixture
def summing(prepare: Any, tmp_path: Path) -> Callable[[bool], Scorer]:
    """A model of three times the first column plus the third one, or of its sign."""

    def scorer(of_classes: bool) -> Scorer:
        x = np.random.default_rng(0).normal(size=(500, 4)).astype(np.float32)
        y = (x.sum(axis=1) > 0).astype(np.int32) if of_classes else x.sum(axis=1)
        np.savez(tmp_path / "rows.npz", x=x, y=y)
        training = prepare(f"data: {{npz_file: {{path: {tmp_path}/rows.npz}}}}\nmodel: [{{Dense: 1}}]\n")
        training.model.set_weights([np.array([[3], [0], [1], [0]], np.float32), np.zeros(1, np.float32)])
        found: Scorer = training.scorer
        return found

    return scorer


def rows_of(scorer: Scorer) -> Split:
    """Rows that the model predicts without an error."""
    x = np.random.default_rng(1).normal(size=(500, 4)).astype(np.float32)
    return Split(x, scorer.predicted(x))


COLUMNS = [("a", (0,)), ("none", (1, 3)), ("b", (2,))]


@pytest.mark.parametrize("of_classes", [True, False])
def test_the_most_important_column_is_first_and_a_useless_one_has_0(summing: Any, of_classes: bool) -> None:
    scorer = summing(of_classes)
    rows = rows_of(scorer)
    before = rows.x[:].copy()
    found = importances(scorer, rows, COLUMNS)
    assert [each.name for each in found] == ["a", "b", "none"]
    assert found[0].mean > 2 * found[1].mean > 0 == found[2].mean and found[0].sd > 0
    assert (rows.x[:] == before).all(), "the rows of the run stay as they are"


def test_of_many_rows_some_are_enough(summing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer, predicted, sizes = summing(True), Scorer.predicted, []
    rows = rows_of(scorer)
    monkeypatch.setattr(column_importance, "_MOST_ROWS", 300)
    monkeypatch.setattr(Scorer, "predicted", lambda self, x: sizes.append(len(x)) or predicted(self, x))
    importances(scorer, rows, COLUMNS)
    assert sizes == [300] * (1 + column_importance.REPEATS * len(COLUMNS))


def test_the_parts_of_a_date_belong_together() -> None:
    date = Column(name="day", kind="date", format="%Y-%m-%d")
    table = Table(columns=(Column(name="a", kind="numeric"), date, Column(name="b", kind="boolean")))
    width = len(table.names)
    assert columns_of(table.names, width, table) == [
        ("a", (0,)),
        ("day", tuple(range(1, width - 1))),
        ("b", (width - 1,)),
    ]
    assert columns_of(("x", "y"), 2, None) == [("x", (0,)), ("y", (1,))]
    assert columns_of((), 2, None) == [("column 1", (0,)), ("column 2", (1,))]


def test_eval_prints_the_importance_of_columns_and_refuses_that_of_images(
    trained: Any, fit: Any, tmp_path: Any
) -> None:
    found = evaluate(trained("iris"), "train", with_importance=True)
    assert {each.name for each in found.importance} == set(same_features(trained("iris")))
    (table,) = (table for table in found.tables("iris") if table[0].startswith("importance"))
    assert table[1] == ("column", "accuracy that is lost", "± sd") and len(table[2]) == 4
    assert found.importance[0].mean > 0.1
    np.savez(tmp_path / "grey.npz", x=np.zeros((40, 2, 3), np.uint8), y=np.arange(40) % 2)
    run = fit(f"data: {{npz_file: {{path: {tmp_path}/grey.npz}}}}\nmodel: [Flatten]\ntrain: {{epochs: 1}}\n")
    with pytest.raises(ConfigError, match="`--importance` is of columns, and a row of the run has 2 x 3"):
        evaluate(run, "train", with_importance=True)


def same_features(run: Any) -> tuple[str, ...]:
    from nntrain.evaluation.evaluate import same_data

    return same_data(run).schema.features
