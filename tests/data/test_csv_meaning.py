"""Columns that may be meant otherwise than they are read."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.data.csv_reader import load_rows
from nntrain.data.csv_text import CsvTable
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(rows: list[Any], **options: Any) -> CsvTable:
    Path("t.csv").write_text("a,b\n" + "".join(f"{index % 7},{row}\n" for index, row in enumerate(rows)))
    return CsvTable("t.csv", source=("data", "csv_table"), **options)


def notes(rows: list[Any], **options: Any) -> tuple[str, ...]:
    return load_rows(table(rows, **options), {}).notes


def fault(rows: list[Any], **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load_rows(table(rows, **options), {})
    return str(caught.value)


def test_measured_numbers_are_no_classes() -> None:
    assert fault([index % 20 + 0.5 for index in range(100)], label="b") == (
        "error: column `b` holds 20 different numbers with decimals, which are not classes\n"
        "  --> data.csv_table.label\n help: write `target: b` to predict a number"
    )


def test_labels_that_all_differ_are_no_classes() -> None:
    assert fault([f"name {index}" for index in range(30)], label="b") == (
        "error: column `b` holds 30 different labels in 30 rows, too many to be classes\n"
        "  --> data.csv_table.label\n help: name a column of classes with `label`"
    )
    assert fault(list(range(30)), label="b").endswith("help: write `target: b` to predict a number")


@pytest.mark.parametrize("rows", [["x", "y"], [1.0, 2.0] * 3, list("abcdefghijkl") * 2, list(range(20)) * 2])
def test_other_labels_are_classes(rows: list[Any]) -> None:
    assert notes(rows, label="b") == ()


def test_many_numbers_as_classes_are_noted() -> None:
    assert notes(list(range(30)) * 2, label="b") == (
        "the 30 numbers in column `b` are read as classes; `target: b` predicts them",
    )
    few = "the 3 numbers in column `b` are read as classes; `target: b` predicts them"
    assert notes([0.5, 1.0, 1.5] * 3, label="b") == (few,)
    assert notes(list(range(30)) * 2, label="b", classes=tuple(map(str, range(30)))) == ()


def test_few_whole_numbers_to_predict_are_noted() -> None:
    assert notes([0, 1] * 5, targets=("b",)) == (
        "column `b` holds only 0, 1, and is read as numbers to predict; `label: b` makes them classes",
    )
    assert notes([0.5, 1] * 5, targets=("b",)) == ()


def test_a_column_that_numbers_the_rows_is_noted() -> None:
    Path("t.csv").write_text("Unnamed: 0,x,k\n" + "".join(f"{row},{row % 3},{row % 2}\n" for row in range(12)))
    named = "column `Unnamed: 0` only numbers the rows; `ignore: [Unnamed: 0]` leaves it out"
    assert load_rows(CsvTable("t.csv", label="k"), {}).notes == (named,)
    assert load_rows(CsvTable("t.csv", label="k", ignore=("Unnamed: 0",)), {}).notes == ()


def test_one_hot_targets_are_noted() -> None:
    Path("t.csv").write_text("x,a,b\n" + "".join(f"{row % 3},{row % 2},{1 - row % 2}\n" for row in range(12)))
    assert load_rows(CsvTable("t.csv", targets=("a", "b")), {}).notes == (
        "the rows of `a`, `b` are one-hot, and are read as 2 numbers to predict; for classes make one column of them, "
        "and name it with `label`",
    )
