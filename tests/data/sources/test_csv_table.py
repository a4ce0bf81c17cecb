"""The options of CSV tables, and splits that come as files of their own."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from nntrain.config.data import Source
from nntrain.config.data_schema import Schema
from nntrain.config.named import to_tree
from nntrain.data.dataset import load
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(name: str, header: str, *rows: str) -> str:
    Path(name).write_text("\n".join([header, *rows, ""]))
    return name


def source(**options: Any) -> Source:
    return Source.parse({"csv_table": options})


def fault_of(**options: Any) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        source(path="t.csv", **options)
    context = caught.value.errors()[0]["ctx"]
    return context["message"], context["help"]


def test_a_classification() -> None:
    path = table("t.csv", "id,a,k,b", *[f"{n},{n},{'yes' if n % 2 else 'no'},{n * n}" for n in range(20)])
    data = load(source(path=path, label="k", ignore="id", classes=["yes", "no"]))
    assert data.schema == Schema((2,), ("yes", "no"), ("a", "b"))
    assert all((split.x[:, 0] % 2 != split.y).all() for split in (data.train, data.validation, data.test) if split)
    assert data.name == "csv_table"


def test_a_regression_on_two_targets() -> None:
    path = table("t.csv", "a;b;c", *[f"{n};{2 * n};{3 * n}" for n in range(20)])
    data = load(source(path=path, target=["b", "c"], separator=";"))
    assert data.schema == Schema((1,), (), ("a",), ("b", "c"), target_count=2)
    assert (data.train.y == data.train.x * [2, 3]).all()


def test_splits_may_come_from_other_files() -> None:
    path = table("t.csv", "a,k,b", *["1,x,2", "3,y,4"] * 5)
    validation = table("v.csv", "b,a,k", "6,5,y", "8,7,x")
    test = table("s.csv", "a,b,k", "9,10,x", "11,12,y")
    spec = source(path=path, label="k", validation={"file": validation}, test={"file": {"path": test}})
    data = load(spec)
    assert data.validation is not None and data.test is not None
    assert (data.validation.x.tolist(), data.validation.y.tolist()) == ([[5, 6], [7, 8]], [1, 0])
    assert (data.test.x.tolist(), data.test.y.tolist()) == ([[9, 10], [11, 12]], [0, 1])
    assert len(data.train) == 10
    assert set(spec.paths()) == {("path",), ("validation", "file"), ("test", "file")}


def test_a_class_that_only_the_test_file_has() -> None:
    path = table("t.csv", "a,k", *["1,x", "3,y"] * 5)
    test = table("s.csv", "a,k", "9,x", "11,z")
    with pytest.raises(DataError) as caught:
        load(source(path=path, label="k", test={"file": test}))
    assert str(caught.value) == (
        "error: column `k` is `z`, which is not one of the classes\n"
        "  --> s.csv:3:4  (data.csv_table.test.file)\n  3 | 11,z\n    |    ^\n"
        " help: the classes are `x`, `y`"
    )


def test_a_double_byte_order_mark_is_left_out() -> None:
    path = table("t.csv", "\ufeff\ufeffa,k", *["1,x", "3,y"] * 5)
    assert load(source(path=path, label="k")).schema == Schema((1,), ("x", "y"), ("a",))


def test_the_index_of_pandas_is_left_out() -> None:
    path = table("t.csv", ",a,k", *[f"{row},{row % 3},{'xy'[row % 2]}" for row in range(10)])
    assert load(source(path=path, label="k", ignore=[""])).schema == Schema((1,), ("x", "y"), ("a",))


def test_a_label_or_a_target_is_not_ignored() -> None:
    ignored = "and ignored", "remove it from `ignore`"
    assert fault_of(label="k", ignore=["a", "k"]) == (f"the column `k` is `label`, {ignored[0]}", ignored[1])
    assert fault_of(target=["a", "b"], ignore="b") == (f"the column `b` is `target`, {ignored[0]}", ignored[1])
    assert fault_of(target="") == ("`target` must name a column", "write `target: price`")
    assert fault_of(target=["a", ""]) == ("`target` must name a column", "write `target: price`")


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(DataError) as caught:
        load(source(path="none.csv", label="k"))
    assert str(caught.value) == "error: there is no file `none.csv`\n  --> data.csv_table.path\n help: check the path"


def test_the_resolved_options_load_back() -> None:
    for options in ({"label": "k", "ignore": ["a"]}, {"target": "b"}, {"target": ["b", "c"], "separator": "\t"}):
        spec = source(path="t.csv", **options)
        assert Source.parse(to_tree(spec)) == spec


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {},
            (
                "`csv_table` needs either `label` or `target`, got neither",
                "name the column of classes with `label`, or that of numbers to predict with `target`",
            ),
        ),
        (
            {"label": "a", "target": "b"},
            (
                "`csv_table` needs either `label` or `target`, got both",
                "name the column of classes with `label`, or that of numbers to predict with `target`",
            ),
        ),
        ({"target": []}, ("`target` must name a column", "write `target: price`")),
        ({"target": "b", "classes": ["c", "d"]}, ("`classes` belong to `label`, not to `target`", "remove `classes`")),
        (
            {"label": "b", "classes": ["c"]},
            ("`classes` must be at least 2 different names", "write `classes: [no, yes]`"),
        ),
        (
            {"label": "b", "separator": ", "},
            ("`separator` must be one character, got `, `", "write `separator: ';'`"),
        ),
        ({"label": "b", "ignore": ["c", "c"]}, ("a name is twice in the list", "remove one of the two")),
        (
            {"label": "b", "ignore": 3},
            ("expected the name of a column, or a list of them, got `3`", "write `[a, b]`"),
        ),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], expected: tuple[str, str]) -> None:
    assert fault_of(**options) == expected
