"""The options of tables, and splits by group, by time and by file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from nntrain.config.data import Source
from nntrain.config.data_schema import Schema
from nntrain.config.named import to_tree
from nntrain.data.dataset import Dataset, load
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(name: str, header: str, *rows: str) -> str:
    Path(name).write_text("\n".join([header, *rows, ""]))
    return name


def source(**options: Any) -> Source:
    return Source.parse({"table": options})


def fault_of(**options: Any) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        source(path="t.csv", **options)
    context = caught.value.errors()[0]["ctx"]
    return context["message"], context["help"]


def text_of(**options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(source(**options))
    return str(caught.value)


def splits(data: Dataset) -> list[np.ndarray]:
    assert data.validation is not None and data.test is not None
    return [np.asarray(split.x) for split in (data.train, data.validation, data.test)]


def test_a_classification() -> None:
    rows = [f"{n},{n % 9},{'yes' if n % 2 else 'no'},{n * n}" for n in range(20)]
    path = table("t.csv", "id,a,k,b", *rows)
    data = load(source(path=path, target="k", classes=["yes", "no"]))
    assert data.schema == Schema((2,), ("yes", "no"), ("a", "b"), sizes=(0, 0))
    assert all(((split.x[:, 1] % 2 == 1) == (split.y == 0)).all() for split in data.splits.values())
    assert data.notes[0] == (
        "left out: `id` (identifier: another whole number in every row); `columns: {id: category}` keeps one"
    )


def test_every_column_together_can_only_be_numeric() -> None:
    message = "`...` is every other column, which can only be `numeric` or `drop`"
    assert fault_of(target="k", columns={"...": "category"}) == (message, "name the columns of another kind")


def test_a_regression_on_two_targets() -> None:
    path = table("t.csv", "a;b;c", *[f"{n % 7};{2 * n};{3 * n}" for n in range(20)])
    data = load(source(path=path, target=["b", "c"]))
    assert data.schema == Schema((1,), (), ("a",), ("b", "c"), target_count=2, sizes=(0,))
    assert "the separator of `t.csv` is ';'" in data.notes


def test_rows_without_their_target_may_be_left_out() -> None:
    rows = [f"{n},{'' if n in (2, 9) else 'pq'[n % 2]},{'only' if n == 2 else 'same'}" for n in range(20)]
    path, more = table("t.csv", "a,k,c", *rows), table("v.csv", "a,k,c", "1,p,same", "2,,same")
    options = {"path": path, "target": "k", "columns": {"c": "category"}, "validation": {"file": more}}
    with pytest.raises(DataError, match="the target `k` is empty in 2 of 20 rows, the first in line 4"):
        load(source(**options))
    data = load(source(**options, missing_target="skip"))
    assert (len(data.train), len(data.validation or ()), data.schema.classes) == (14, 1, ("p", "q"))
    assert data.schema.sizes == (0, 1), "the category of a row that is left out is none"
    assert {"2 rows of `t.csv` without `k` left out", "1 row of `v.csv` without `k` left out"} <= set(data.notes)


def test_missing_values_and_categories() -> None:
    rows = [f"{n if n % 3 else '?'},{'red' if n % 4 else 'blue'},{n % 2}" for n in range(40)]
    data = load(source(path=table("t.csv", "a,c,k", *rows), target="k", missing="?"))
    assert (data.schema.sizes, data.schema.has_missing, data.schema.missing) == ((0, 2), True, (0,))
    assert data.table is not None and data.table.columns[1].categories == ("blue", "red")


def test_what_was_found_is_written_and_loads_back_to_the_same_data() -> None:
    rows = [f"{n}|{n % 5},5|{'ab'[n % 2]}|x{n}|2024-01-{n + 1:02}|{n % 3},25" for n in range(20)]
    path = table("t.csv", "id|a|c|code|day|y", *rows)
    first = load(source(path=path, target="y", encoding="utf-8"))
    assert first.source is not None
    tree = to_tree(first.source)["table"]
    kinds = {"id": "identifier", "a": "numeric", "c": "category", "code": "identifier", "day": {"date": "%Y-%m-%d"}}
    assert (tree["columns"], tree["separator"], tree["decimal"]) == (kinds, "|", ",")
    assert (tree["task"], tree["encoding"], tree["classes"]) == ("regression", "utf-8", [])
    again = load(Source.parse({"table": tree}))
    assert (again.digest, again.schema, again.source) == (first.digest, first.schema, first.source)


def test_splits_may_come_from_other_files() -> None:
    path = table("t.csv", "a,k,b", *["1,x,2", "3,y,4"] * 5)
    validation = table("v.csv", "b,a,k", "6,5,y", "8,7,x")
    test = table("s.csv", "a,b,k,more", "9,10,x,1", "11,12,y,2")
    spec = source(path=path, target="k", validation={"file": validation}, test={"file": {"path": test}})
    data = load(spec)
    assert data.validation is not None and data.test is not None
    assert (data.validation.x.tolist(), data.validation.y.tolist()) == ([[5, 6], [7, 8]], [1, 0])
    assert (data.test.x.tolist(), data.test.y.tolist()) == ([[9, 10], [11, 12]], [0, 1])
    assert len(data.train) == 10
    assert "columns that the training rows do not have, which are ignored: `more`" in " ".join(data.notes)
    assert set(spec.paths()) == {("path",), ("validation", "file"), ("test", "file")}


def test_a_class_and_a_category_that_only_the_test_file_has() -> None:
    path = table("t.csv", "a,c,k", *["1,u,x", "3,v,y"] * 5)
    test = table("s.csv", "a,c,k", "9,u,x", "11,w,y")
    data = load(source(path=path, target="k", test={"file": test}))
    assert data.test is not None and data.test.x[:, 1].tolist() == [0, -1]
    assert "column `c` of `s.csv`: 1 row with a category that no training row has" in data.notes
    test = table("s.csv", "a,c,k", "9,u,x", "11,u,z")
    assert text_of(path=path, target="k", test={"file": test}) == (
        "error: column `k` is `z`, which is not one of the classes\n"
        "  --> s.csv:3:6  (data.table.test.file)\n  3 | 11,u,z\n    |      ^\n"
        " help: the classes are `x`, `y`"
    )


def test_the_rows_of_a_group_stay_together() -> None:
    rows = [f"{n % 25},{n * 7 % 25},{n % 2}" for n in range(100)]
    data = load(source(path=table("t.csv", "person,a,k", *rows), target="k", group="person", split_seed=3))
    found = [set(x[:, 0].tolist()) for x in splits(data)]
    assert data.schema.features == ("a",)
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    assert [len(each) for each in found] == [16, 4, 5]
    folds = [
        load(source(path="t.csv", target="k", group="person", fold={"index": index, "count": 5})) for index in (1, 2)
    ]
    tests = [set(fold.test.x[:, 0].tolist()) for fold in folds if fold.test is not None]
    assert not tests[0] & tests[1]


def test_a_group_larger_than_a_split_stays_in_the_training_split() -> None:
    rows = [f"{'all' if n < 60 else n},{n},{n % 2}" for n in range(100)]
    data = load(source(path=table("t.csv", "g,a,k", *rows), target="k", group="g", columns={"a": "numeric"}))
    assert splits(data)[0][:, 0].min() == 0 and len(splits(data)[2]) > 0
    assert (
        data.warnings[0].message
        == "a group is larger than the test split is to be, 60 of 100 rows, and not taken for it"
    )
    only = table("t.csv", "g,a,k", *[f"one,{n % 7},{n % 2}" for n in range(20)])
    none = "the test split gets no rows: all 20 rows are of one group"
    assert none in text_of(path=only, target="k", group="g")
    two = table("t.csv", "g,a,k", *(f"{'xy'[row % 2]},{row}.5,{row // 2 % 2}" for row in range(20)))
    none = "the test split gets no rows: the smallest group has 10 of 20 rows"
    assert none in text_of(path=two, target="k", group="g")


def test_the_test_split_by_time_is_the_latest() -> None:
    days = [(n * 37) % 100 for n in range(100)]
    rows = [f"2024-{1 + day // 28:02}-{1 + day % 28:02},{day},{n % 2}" for n, day in enumerate(days)]
    path = table("t.csv", "day,a,k", *rows)
    train, validation, test = splits(load(source(path=path, target="k", time="day", ignore=[])))
    column = -1
    assert train[:, column].max() < validation[:, column].min() and validation[:, column].max() < test[:, column].min()
    assert [len(train), len(validation), len(test)] == [64, 16, 20]
    numbers = splits(load(source(path=path, target="k", time="a", columns={"day": "drop"})))
    assert numbers[2][:, 0].min() == 80


@pytest.mark.parametrize(
    ("options", "message", "place"),
    [
        ({"target": "spezies"}, "there is no column `spezies` in `t.csv`", "data.table.target"),
        ({"target": "k", "ignore": ["q"]}, "there is no column `q` in `t.csv`", "data.table.ignore"),
        ({"target": "k", "group": "q"}, "there is no column `q` in `t.csv`", "data.table.group"),
        ({"target": "k", "time": "c"}, "column `c` holds neither dates in one format nor numbers", "data.table.time"),
        ({"target": "k", "columns": {"q": "drop"}}, "there is no column `q` in `t.csv`", "data.table.columns.q"),
        (
            {"target": "k", "columns": {"a": "drop", "c": "drop", "e": "drop"}},
            "no column is left to learn from",
            "data.table.path",
        ),
        ({"target": "a", "group": "e"}, "the group column `e` is empty in 5 rows", "data.table.path"),
    ],
)
def test_options_that_do_not_fit_the_file(options: dict[str, Any], message: str, place: str) -> None:
    rows = [f"{n % 4},{'uv'[n % 2]},{'xy'[n // 2 % 2]},{n if n > 4 else ''}" for n in range(10)]
    text = text_of(path=table("t.csv", "a,c,k,e", *rows), **options | {"ignore": options.get("ignore", [])})
    assert text.startswith(f"error: {message}") and place in text


def test_names_that_only_look_equal() -> None:
    path = table("t.csv", "a,caf\xe9\u200b", "1,x", "2,y")
    assert "there is no column `cafe\\u0301` in `t.csv`, but `caf\\xe9\\u200b`, which looks equal" in text_of(
        path=path, target="cafe\u0301"
    )


def test_a_column_without_a_name_is_left_out() -> None:
    path = table("t.csv", ",a,k", *[f"{row},{row % 3},{'xy'[row % 2]}" for row in range(10)])
    data = load(source(path=path, target="k"))
    assert data.schema.features == ("a",)
    assert "left out: the column without a name; `columns: {'': category}` keeps one" in data.notes[0]
    assert load(source(path=path, target="k", ignore=[""])).schema.features == ("a",)


def test_empty_columns_at_the_right_are_left_out() -> None:
    path = table("t.csv", "a,k,,,", *[f"{row % 3},{'xy'[row % 2]},,," for row in range(10)])
    data = load(source(path=path, target="k"))
    assert data.schema.features == ("a",)
    assert "3 columns at the right of `t.csv` are left out: they have no names and no cells" in data.notes[0]
    path = table("t.csv", "a,k,,", *[f"{row % 3},{'xy'[row % 2]},,1" for row in range(10)])
    assert "column 4 has no name" in text_of(path=path, target="k")


def test_empty_rows_at_the_end_are_left_out() -> None:
    rows = [f"{row % 3},{'xy'[row % 2]}" for row in range(10)]
    data = load(source(path=table("t.csv", "a,k", *rows, ",,,", ","), target="k"))
    assert sum(len(split.x) for split in data.splits.values()) == 10
    assert "2 rows at the end of `t.csv` are left out: they have no cells" in data.notes[0]
    assert "t.csv:7:1" in text_of(path=table("t.csv", "a,k", *rows[:5], ",,,", *rows[5:]), target="k")
    assert "no rows below the header" in text_of(path=table("t.csv", "a,k", ","), target="k")


def test_names_that_a_run_could_not_hold_are_refused() -> None:
    long = "n" * 10_001
    rows = [f"{row},{'xy'[row % 2]},{long if row % 3 else 'z'}" for row in range(12)]
    found = text_of(path=table("t.csv", f"{long},k,c", *rows), target="k", columns={"c": "category"})
    assert "a name of a column has 10,001 letters, more than 10,000" in found and "a category or class has" in found
    assert "a category or class has" in text_of(path=table("t.csv", "a,k,c", *rows), target="c", ignore=["k"])


def test_whole_numbers_that_float64_does_not_hold_are_not_called_constant() -> None:
    rows = [f"{10**20 + row},{row},{'xy'[row % 2]}" for row in range(10)]
    assert "become the same 32-bit float" in text_of(path=table("t.csv", "a,b,k", *rows), target="k")
    rows = [f'{{"a": {2**53 + row % 2}, "b": {row}, "k": "{"xy"[row % 2]}"}}' for row in range(10)]
    assert "become the same 32-bit float" in text_of(path=table("t.jsonl", *rows), target="k")
    rows[3] = rows[3].replace(str(2**53 + 1), "1e300")
    assert "too large for a 32-bit float" in text_of(path=table("t.jsonl", *rows), target="k")


def test_a_column_that_numbers_the_rows_is_noted() -> None:
    path = table("t.csv", "day,x,k", *[f"{row},{row % 3},{'xy'[row % 2]}" for row in range(12)])
    assert (
        "column `day` only numbers the rows; `ignore: [day]` leaves it out" in load(source(path=path, target="k")).notes
    )


def test_a_help_writes_a_name_as_yaml() -> None:
    path = table("t.csv", "\"the 'day', x\",y,k", *[f"{row},{row % 3},{'xy'[row % 2]}" for row in range(12)])
    notes = load(source(path=path, target="k")).notes
    name = "'the ''day'', x'"
    assert any(note.endswith(f"; `ignore: [{name}]` leaves it out") for note in notes)
    assert load(source(path=path, target="k", ignore=["the 'day', x"])).schema.features == ("y",)


def test_a_double_byte_order_mark_is_left_out() -> None:
    path = table("t.csv", "\ufeff\ufeffa,k", *["1,x", "3,y"] * 5)
    assert load(source(path=path, target="k")).schema.features == ("a",)


def test_a_file_that_is_not_there() -> None:
    expected = "error: there is no file `none.csv`\n  --> data.table.path\n help: check the path"
    assert text_of(path="none.csv", target="k") == expected


@pytest.mark.parametrize("kind", ["arff", "jsonl", "parquet"])
def test_what_was_found_in_a_file_without_separators_loads_back(kind: str) -> None:
    rows = [(row % 3, "xy"[row % 2]) for row in range(20)]
    text = "@relation r\n@attribute a numeric\n@attribute k {x,y}\n@data\n" if kind == "arff" else ""
    if kind == "parquet":
        pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pyarrow.table({"a": [a for a, _ in rows], "k": [k for _, k in rows]}), "t.parquet")
    else:
        text += "".join(f"{a},{k}\n" if kind == "arff" else f'{{"a": {a}, "k": "{k}"}}\n' for a, k in rows)
        Path(f"t.{kind}").write_text(text)
    found = load(source(path=f"t.{kind}", target="k")).source
    assert found is not None
    assert Source.parse(to_tree(found)) == found


def test_the_resolved_options_load_back() -> None:
    for options in ({"target": "k", "ignore": ["a"]}, {"target": ["b", "c"], "separator": "\t"}, {"target": "k"}):
        spec = source(path="t.csv", **options)
        assert Source.parse(to_tree(spec)) == spec
    spec = source(path="t.csv", target="k", columns={"a": "category", "d": {"date": "%Y"}}, missing=["?", 9])
    assert Source.parse(to_tree(spec)) == spec


NAMES = "`classes` must be at least 2 different names"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"target": []}, ("`target` must name a column", "write `target: price`")),
        ({"target": ""}, ("`target` must name a column", "write `target: price`")),
        ({"target": "a", "ignore": "a"}, ("the column `a` is `target`, and ignored", "remove it from `ignore`")),
        (
            {"target": "a", "columns": {"a": "category"}},
            (
                "the column `a` is the target, and has no kind",
                "write `task: classification`, `task: regression` or `task: counts`",
            ),
        ),
        (
            {"target": "a", "group": "a"},
            ("the column `a` is `target` and `group`", "remove `group`"),
        ),
        (
            {"target": ["b", "a"], "classes": ["c", "d"]},
            ("`classes` are of a classification, which has one target", "remove `classes`"),
        ),
        (
            {"target": ["b", "a"], "task": "classification"},
            ("a classification has one target, got `b`, `a`", "name one column"),
        ),
        ({"target": "b", "classes": ["c"]}, (NAMES, "write `classes: [no, yes]`")),
        ({"target": "b", "separator": ", "}, ("`separator` must be one character, got `, `", "write `separator: ';'`")),
        (
            {"target": "b", "separator": ",", "decimal": ","},
            ("`decimal` and `separator` are the same sign", "write `separator: ';'`"),
        ),
        ({"target": "b", "ignore": ["c", "c"]}, ("a name is twice in the list", "remove one of the two")),
        (
            {"target": "b", "ignore": 3},
            ("expected the name of a column, or a list of them, got `3`", "write `[a, b]`"),
        ),
        (
            {"target": "b", "columns": ["c"]},
            (
                "`columns` takes the kind of each column by its name, got `[c]`",
                "write `columns: {age: numeric, cabin: drop}`",
            ),
        ),
        (
            {"target": "b", "columns": {"c": "float"}},
            (
                "unknown kind of the column `c`: `float`",
                "write `numeric`, `category`, `boolean`, `date`, `{date: '%d.%m.%Y'}`, `{numeric: '1.234,5'}` or "
                "`drop`",
            ),
        ),
        (
            {"target": "b", "columns": {"c": {"numeric": "1.234.5"}}},
            (
                "the column `c`: `1.234.5` is not the number 1234.5",
                "write 1234.5 as the column does, for example `{numeric: '1.234,5 €'}`",
            ),
        ),
        (
            {"target": "b", "missing": {"a": "?"}},
            ("`missing` takes texts that stand for an empty cell, got `{a: '?'}`", "write `missing: ['?']`"),
        ),
        (
            {"target": "b", "group": "g", "group_duplicates": True},
            ("`group` and `group_duplicates` both keep rows together", "remove `group_duplicates`"),
        ),
        (
            {"target": "b", "time": "t", "group": "g"},
            ("`time` splits by time, and `group` otherwise", "remove `time` or `group`"),
        ),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], expected: tuple[str, str]) -> None:
    assert fault_of(**options) == expected


def test_rows_have_weights() -> None:
    rows = [f"{n % 7},{n / 10},{n % 2}" for n in range(40)]
    data = load(source(path=table("t.csv", "a,w,k", *rows), target="k", weight="w", columns={"a": "numeric"}))
    other = load(source(path="t.csv", target="k", ignore="w"))
    assert data.schema.features == ("a",) and data.train.weights is not None and data.digest != other.digest
    assert (np.round(data.train.weights * 10) % 7 == data.train.x[:, 0]).all()
    table("t.csv", "a,w,k", *[f"{n % 7},{-n},{n % 2}" for n in range(40)])
    assert "column `w` holds no weights, which are numbers from 0" in text_of(path="t.csv", target="k", weight="w")
