"""The target: which task it is, its classes, and what is wrong with it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data.csv_records import read_records
from nntrain.data.csv_text import CsvTable
from nntrain.data.table_request import TargetOptions
from nntrain.data.table_target import Target, class_order, read_target
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def target(rows: list[Any], **options: Any) -> Target:
    Path("t.csv").write_text("a,b\n" + "".join(f"{index % 7},{row}\n" for index, row in enumerate(rows)))
    words = frozenset({"b"}) if options.get("task") == "classification" or "classes" in options else frozenset[str]()
    return read_target(read_records(CsvTable("t.csv"), words), TargetOptions(("b",), source=("data",), **options))


def fault(rows: list[Any], **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as caught:
        target(rows, **options)
    return [(problem.message, problem.help) for problem in caught.value.problems]


SKIP = "give the target, or write `missing_target: skip`, which leaves such rows out"


@pytest.mark.parametrize(
    ("rows", "task"),
    [
        (["x", "y"], "classification"),
        (["yes", "no"], "classification"),
        ([0, 1] * 5, "classification"),
        ([1.0, 2.0] * 3, "classification"),
        (["007", "008"] * 3, "classification"),
        ([0.5, 1] * 5, "regression"),
        (list(range(20)), "regression"),
        (list(range(11)) * 3, "regression"),
        ([3, 1, 2], "regression"),
    ],
)
def test_the_task_follows_from_the_cells(rows: list[Any], task: str) -> None:
    assert target(rows).task == task


def test_counts_are_whole_numbers_from_0_on() -> None:
    found = target([0, 3, 0, 12, 1.0, 7], task="counts")
    assert (found.task, found.classes, found.notes, found.y[:, 0].tolist()) == ("counts", (), (), [0, 3, 0, 12, 1, 7])
    help = "`-2` is not a whole number from 0 on; write `task: regression` to predict such numbers"
    assert fault([0, -2, 0.5, 4], task="counts") == [
        ("column `b`: 2 of 4 cells are no counts, the first in line 3", help)
    ]
    [(message, help)] = fault([0, 1.5, 3], task="counts")
    assert message == "column `b` in line 3 is no count" and help.startswith("`1.5` is not a whole number")
    assert fault([0, 0, 0], task="counts")[0][0].endswith("holds 0 in every row, so there is nothing to learn")


def test_a_regression_of_counts_has_a_note_that_offers_them() -> None:
    counts = [0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15]
    [note] = target(counts).notes
    assert note.endswith("is read as numbers to predict; `task: counts` makes them counts")
    assert target(counts, task="regression").notes == ()
    assert target([count + 1 for count in counts]).notes == ()


def test_several_targets_are_numbers() -> None:
    Path("t.csv").write_text("a,b,c\n1,0,5\n2,1,6\n3,0,7\n")
    found = read_target(read_records(CsvTable("t.csv")), TargetOptions(("c", "b")))
    assert (found.task, found.y.tolist(), str(found.y.dtype)) == ("regression", [[5, 0], [6, 1], [7, 0]], "float32")


def test_the_classes_are_the_same_whether_read_as_numbers_or_as_words() -> None:
    assert target([10, 9, 9, 10]).classes == ("9", "10")
    assert target(["10.0", "9", "9.0", "10"], classes=("10", "9")).y.tolist() == [0, 1, 1, 0]
    found = target(["b", "a", "b"])
    assert (found.classes, found.y.tolist(), str(found.y.dtype)) == (("a", "b"), [1, 0, 1], "int32")


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["10", "9", "-1"], ("-1", "9", "10")),
        (["10", "9", "007"], ("007", "10", "9")),
        (["1.0", "2"], ("1.0", "2")),
        (["b", "A", "a"], ("A", "a", "b")),
        (["\N{ARABIC-INDIC DIGIT TWO}", "10"], ("10", "\N{ARABIC-INDIC DIGIT TWO}")),
    ],
)
def test_the_order_of_classes(labels: list[str], classes: tuple[str, ...]) -> None:
    assert class_order(labels) == classes


def test_what_is_read_otherwise_than_it_may_be_meant_is_noted() -> None:
    assert target([0, 1] * 5).notes == (
        "the 2 numbers in column `b` are read as classes; `task: regression` predicts them",
    )
    assert target([0, 1] * 5, task="regression").notes == (
        "column `b` holds only 0, 1, and is read as numbers to predict; `task: classification` makes them classes",
    )
    assert target([0, 1] * 5, task="classification").notes == ()
    Path("t.csv").write_text("x,a,b\n" + "".join(f"{row % 3},{row % 2},{1 - row % 2}\n" for row in range(12)))
    assert "one-hot" in read_target(read_records(CsvTable("t.csv")), TargetOptions(("a", "b"))).notes[0]


def test_missing_targets() -> None:
    assert fault(["x", "", "y", ""]) == [
        (
            "the target `b` is empty in 2 of 4 rows, the first in line 3",
            SKIP,
        )
    ]


def test_a_word_among_numbers() -> None:
    assert fault([1.5, 2.5, "red", 4.5]) == [
        (
            "column `b` is `red`, which is not a number",
            "give numbers, remove the rows, or write `task: classification` for a column of classes",
        )
    ]


@pytest.mark.parametrize("labels", [[2**30, 2**30 + 1], [2**24, 2**24 + 1], [2**30 + n for n in range(9)]])
def test_whole_numbers_that_merge_as_float32_are_neither_one_class_nor_constant(labels: list[int]) -> None:
    message = f"column `b`: `{labels[0]}` and `{labels[1]}` become the same 32-bit float"
    help = "subtract the lowest value from the column, or write `task: classification` for classes"
    assert fault(labels * 4) == [(message, help)]
    assert target(labels * 4, task="classification").classes == tuple(map(str, labels))


def test_a_constant_target() -> None:
    assert fault([5.5] * 4) == [
        ("the target `b` holds 5.5 in every row, so there is nothing to learn", "name another column")
    ]


def test_labels_that_are_not_the_given_classes() -> None:
    classes = ("setosa", "virginica")
    assert fault(["setosa", "setossa", "oak", "setossa"], classes=classes) == [
        (
            "column `b`: 2 of 4 cells are `setossa`, which is not one of the classes, the first in line 3",
            "write `setosa`",
        ),
        ("column `b` is `oak`, which is not one of the classes", "the classes are `setosa`, `virginica`"),
    ]
    many = fault([f"x{row}" for row in range(30)], classes=classes)
    assert len(many) == 11 and many[-1][0] == "20 more such faults"


def test_measured_numbers_are_no_classes() -> None:
    assert fault([index % 20 + 0.5 for index in range(100)], task="classification") == [
        (
            "column `b` holds 20 different numbers with decimals, which are not classes",
            "write `task: regression` to predict a number",
        )
    ]
    assert fault([f"name {index}" for index in range(30)]) == [
        (
            "column `b` holds 30 different labels in 30 rows, too many to be classes",
            "name a column of classes as the target",
        )
    ]


def test_numbers_have_no_classes() -> None:
    assert np.isfinite(target([0.5, 1.5]).y).all()
    assert fault([0.5, 1.5], classes=("0.5", "1.5"), task="regression") == [
        (
            "`classes` are given, but the target holds numbers to predict",
            "remove `classes`, or write `task: classification`",
        )
    ]


def test_numbers_with_a_decimal_comma_are_offered_to_be_read() -> None:
    [(message, help)] = fault([f'"{row},5"' for row in range(40)])
    assert message == "the numbers in column `b` have a decimal comma: `0,5` is 0.5"
    assert help == "write `columns: {b: {numeric: '1234,5'}}`"
    [(message, help)] = fault([*(f'"{row},5"' for row in range(40)), '"1,234"'])
    assert message == "`1,234` in column `b` is 1234 or 1.234, while `0,5` is 0.5"
    way = "`columns: {b: {numeric: '1234,5'}}`"
    assert help == f"write {way} if every comma is a decimal sign, else all numbers in one way"


def test_texts_that_look_like_numbers_are_no_classes() -> None:
    [(message, help)] = fault([*(f'"{row},5"' for row in range(40)), '"1.5.6"'])
    assert message == "column `b` holds 41 different texts such as `0,5`, which look like numbers"
    assert help == "write `0.5` for `0,5`, and the others alike"
