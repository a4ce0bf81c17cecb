import csv
import io
import math

import pytest

from nntrain.config.search.space import Condition, Parameter, Space
from nntrain.search.trial_table import Trial, trials_csv
from nntrain.storage.run_dir import csv_text

SPACE = Space(
    (
        Parameter("train.optimizer", "choice", ({"SGD": {}}, "adam")),
        Parameter(
            "train.optimizer.SGD.momentum", "float", low=0.1, high=0.9, condition=Condition("train.optimizer", 0)
        ),
        Parameter("train.shuffle", "bool", (False, True)),
    )
)


def row(message: str = "", **values: object) -> dict[str, object]:
    return trials_csv([Trial(1, values, 0.5, "done", 3, 1.23456, message=message)], SPACE)[0]


def test_the_columns_in_their_order():
    values = {"train.optimizer": {"SGD": {}}, "train.optimizer.SGD.momentum": 0.3, "train.shuffle": False}
    trial = Trial(7, values, 0.1 + 0.2, "done", 3, 1.23456, spread=0.01, message="")
    assert list(trials_csv([trial], SPACE)[0].items()) == [
        ("trial", 7),
        ("status", "done"),
        ("score", 0.30000000000000004),
        ("spread", 0.01),
        ("epochs", 3),
        ("seconds", 1.235),
        ("train.optimizer", '{"SGD": {}}'),
        ("train.optimizer.SGD.momentum", 0.3),
        ("train.shuffle", "false"),
        ("message", ""),
    ]


def test_a_path_that_left_the_space_keeps_its_column():
    trials = [
        Trial(1, {"train.batch_size": 8}, 0.5, "done", 3, 1),
        Trial(2, {"train.shuffle": True}, 0.4, "done", 3, 1),
    ]
    first, second = trials_csv(trials, SPACE)
    assert list(first)[6:] == [one.path for one in SPACE.parameters] + ["train.batch_size", "message"]
    assert (first["train.batch_size"], first["train.shuffle"]) == (8, "")
    assert (second["train.batch_size"], second["train.shuffle"]) == ("", "true")


def test_what_is_not_there_is_empty():
    found = trials_csv([Trial(2, {"train.optimizer": "adam"}, None, "failed", 0, 0.1, message="no\n memory")], SPACE)[0]
    assert (found["score"], found["spread"]) == ("", "")
    assert found["train.optimizer.SGD.momentum"] == ""
    assert found["message"] == "no memory"


def test_null_is_not_the_same_as_not_active():
    assert trials_csv([Trial(1, {"train.optimizer": None}, 1.0, "done", 1, 1)], SPACE)[0]["train.optimizer"] == "null"


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text):
    path = "train.optimizer"
    assert trials_csv([Trial(1, {path: text}, 1.0, "done", 1, 1)], SPACE)[0][path] == f"'{text}"
    assert str(row(message=text)["message"])[0] not in "=+-@\t\r"


@pytest.mark.parametrize("value", [-3, -1e-5, "-3", "+1e-5", "a=1", ""])
def test_numbers_and_other_text_stay(value):
    assert trials_csv([Trial(1, {"train.optimizer": value}, -1.0, "done", 1, 1)], SPACE)[0]["train.optimizer"] == value


def test_the_rows_can_be_written_and_read():
    text = csv_text(trials_csv([Trial(1, {"train.optimizer": ["a,b", 'c"']}, -0.5, "done", 1, 1)], SPACE))
    (read,) = csv.DictReader(io.StringIO(text))
    assert read["train.optimizer"] == '["a,b", "c\\""]'
    assert read["score"] == "-0.5"


@pytest.mark.parametrize(("score", "scored"), [(0.0, True), (None, False), (math.nan, False), (-math.inf, False)])
def test_a_score_that_can_be_shown_is_finite(score, scored):
    assert Trial(1, {}, score, "done", 1, 1).scored == scored
