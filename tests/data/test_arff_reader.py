"""ARFF files: typed attributes, quotes, missing cells, and every fault with its line."""

from pathlib import Path

import numpy as np
import pytest

from nntrain.config.data import Source
from nntrain.data.arff_reader import Arff, is_arff, read_arff
from nntrain.data.csv_text import CsvTable
from nntrain.data.dataset import load
from nntrain.errors import DataError

HEAD = """% A comment.
@RELATION flowers
@attribute 'sepal length' NUMERIC
@attribute kind {red, 'dark blue', "x"}
@attribute note string

@data
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str, words: frozenset[str] = frozenset()) -> Arff:
    Path("t.arff").write_text(text)
    return read_arff(CsvTable("t.arff", place=("data",)), words)


def text_of(text: str) -> str:
    with pytest.raises(DataError) as caught:
        read(text)
    return str(caught.value)


def test_the_columns() -> None:
    found = read(HEAD + "5.1, 'dark blue', 'it''s'\n% a comment\n?,red,?\n\n2,x,b\n")
    assert np.array_equal(found.raw.numbers("sepal length").values, np.float32([5.1, np.nan, 2]), equal_nan=True)
    assert found.raw.words("kind").names == ("dark blue", "red", "x")
    assert found.raw.words("note").names == ("it's", "b")
    assert found.kinds == {"kind": "category"}
    span = found.raw.span(1, "kind")
    assert span is not None and (span.line, span.source) == (10, "?,red,?")


def test_it_is_told_by_its_first_line() -> None:
    for text, expected in ((HEAD, True), ("% x\n\n  @Relation r\n", True), ("a,b\n1,2\n", False), ("", False)):
        Path("t.csv").write_text(text)
        assert is_arff(Path("t.csv")) is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            HEAD + "1,red\n",
            "error: the row has 2 cells, the header 3 attributes\n  --> t.arff:8:1  (data)\n  8 | 1,red\n",
        ),
        (HEAD + "{0 1, 2 x}\n", "error: the rows are sparse\n  --> t.arff:8:1"),
        (HEAD, "error: `t.arff` has no rows below `@data`"),
        (HEAD.replace("string", "relational"), "error: unknown type `relational`\n  --> t.arff:5:1"),
        (HEAD.replace("note", "kind"), "error: the attribute `kind` stands twice\n  --> t.arff:5:1"),
        ("@relation x\n@attribute a\n@data\n1\n", "error: the attribute cannot be read\n  --> t.arff:2:1"),
        ("@relation x\n@data\n1\n", "error: `t.arff` has no attributes, or no `@data`"),
        (HEAD + "1,red,'a\n", "error: the row cannot be read: unexpected end of data\n  --> t.arff:8:1"),
    ],
)
def test_faults(text: str, message: str) -> None:
    assert text_of(text).startswith(message)


def test_a_nominal_attribute_is_a_category_also_where_its_values_are_numbers() -> None:
    rows = "".join(f"{n / 7},{n % 3 + 1},{'ab'[n % 2]}\n" for n in range(40))
    text = "@relation r\n@attribute x real\n@attribute grade {1,2,3}\n@attribute k {a,b}\n@data\n"
    Path("t.arff").write_text(text + rows)
    data = load(Source.parse({"table": {"path": "t.arff", "target": "k"}}))
    assert (data.schema.sizes, data.schema.classes) == ((0, 3), ("a", "b"))
    assert data.source is not None and data.source.columns == {"x": "numeric", "grade": "category"}
