"""The table of predictions."""

from dataclasses import replace

import numpy as np
import pytest

from nntrain.evaluation.predictions import Predictions

OUTPUTS = np.array([[0.25, 0.75], [1, 0]], "float32")


def test_a_table_is_the_input_then_the_class_then_the_outputs() -> None:
    table = Predictions([("file", ["a.png", "b.png"])], ["yes", "no"], ["score_no", "score_yes"], OUTPUTS)
    assert len(table) == 2
    assert str(table) == "file,class,score_no,score_yes\na.png,yes,0.25,0.75\nb.png,no,1,0\n"
    assert next(table.rows()) == ["a.png", "yes", 0.25, 0.75]


def test_a_regression_has_no_class() -> None:
    assert str(Predictions([], (), ["price", "area"], OUTPUTS)) == "price,area\n0.25,0.75\n1,0\n"


def test_a_column_of_the_input_and_one_of_the_predictions_do_not_share_a_name() -> None:
    table = Predictions([("id", ["1", "2"]), ("price", ["3", "4"])], (), ["price", "area"], OUTPUTS)
    assert table.names == ["id", "price", "predicted_price", "area"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("-1", "-1"),
        ("+1.5e3", "+1.5e3"),
        ("-.5", "-.5"),
        ("=1", "'=1"),
        ("-cmd", "'-cmd"),
        ("-1+2", "'-1+2"),
        ("@x", "'@x"),
        ("a-1", "a-1"),
    ],
)
def test_a_number_is_written_as_it_is_and_a_formula_with_an_apostrophe(text: str, cell: str) -> None:
    assert str(Predictions([(text, [text])], (), ["y"], OUTPUTS[:1, :1])) == f"{cell},y\n{cell},0.25\n"


def test_a_file_that_was_read_from_stdin_gets_its_name() -> None:
    table = Predictions([("file", ["/tmp/stdin.csv"])], (), ["y"], OUTPUTS[:1, :1])
    assert str(table.renamed("/tmp/stdin.csv", "-")) == "file,y\n-,0.25\n"


def test_the_top_classes_stand_in_place_of_all() -> None:
    part = Predictions(
        (), ["b"], ["probability_a", "probability_b", "probability_c"], np.float32([[0.2, 0.5, 0.3]]), top=2
    )
    assert part.names == ["class", "class_1", "probability_1", "class_2", "probability_2"]
    [row] = part.rows()
    assert row == ["b", "b", 0.5, "c", pytest.approx(0.3)]


def test_the_spread_stands_behind_all_means_or_beside_each_of_the_top() -> None:
    part = Predictions((), ["b"], ["score_a", "score_b"], np.float32([[1, 2]]), spread=np.float32([[0.5, 0.25]]))
    assert part.names == ["class", "score_a", "score_b", "spread_a", "spread_b"]
    assert list(part.rows()) == [["b", 1, 2, 0.5, 0.25]]
    part = replace(part, top=1)
    assert part.names == ["class", "class_1", "score_1", "spread_1"] and list(part.rows()) == [["b", "b", 2, 0.25]]


def test_parts_are_joined_with_their_input() -> None:
    part = Predictions([("id", ["7"])], ["a"], ["score_a", "score_b"], np.float32([[1, 2]]))
    joined = part.followed_by([replace(part, input=[("id", ["8"])])])
    assert [row[0] for row in joined.rows()] == ["7", "8"] and len(joined) == 2 == len(joined.classes)
