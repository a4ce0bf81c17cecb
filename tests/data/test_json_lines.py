"""JSON Lines: values of each type, missing keys, and every fault with its line."""

from pathlib import Path

import numpy as np
import pytest

from nntrain.data.csv_text import CsvTable
from nntrain.data.json_lines import is_json_lines, read_json_lines
from nntrain.data.raw_table import RawTable
from nntrain.errors import DataError


def read(
    folder: Path, text: str, words: frozenset[str] = frozenset(), missing: frozenset[str] = frozenset()
) -> RawTable:
    (folder / "rows.jsonl").write_text(text)
    return read_json_lines(CsvTable(folder / "rows.jsonl", missing=missing), words)


def test_numbers_words_booleans_and_missing_cells(tmp_path: Path) -> None:
    text = '{"a": 1.5, "b": "x", "c": true}\n\n{"b": null, "a": 2, "d": "?"}\r\n{"a": null, "b": "y"}\n'
    found = read(tmp_path, text, missing=frozenset("?"))
    assert list(found.columns) == ["a", "b", "c", "d"]
    assert np.array_equal(found.numbers("a").values, [1.5, 2, np.nan], equal_nan=True)
    assert (found.words("b").names, found.words("b").codes.tolist()) == (("x", "y"), [0, -1, 1])
    assert (found.words("c").names, found.words("c").codes.tolist()) == (("true",), [0, -1, -1])
    assert found.words("d").is_missing.all()
    span = found.span(1, "a")
    assert span is not None and span.line == 3


def test_numbers_that_are_wanted_as_words_are_texts(tmp_path: Path) -> None:
    assert read(tmp_path, '{"a": 1}\n{"a": 2.5}\n', frozenset("a")).words("a").names == ("1", "2.5")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"a": 1', "the line is not JSON: Expecting ',' delimiter in column 8"),
        ("[1, 2]", "the line is no JSON object"),
        ('{"a": [1]}', "the value of `a` is nested"),
        ('{"a": {"b": 1}}', "the value of `a` is nested"),
        ('{"a": 1, "a": 2}', "the key `a` stands twice"),
        ('{"a": NaN}', "`NaN` is not JSON; a missing value is `null`"),
        ('{"a": 1e999}', "the value of `a` is too large for a number"),
        ('{"a": ' + "[" * 100_000 + "}", "the line is nested too deeply"),
    ],
)
def test_every_fault_has_its_line(line: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, f'{{"a": 1}}\n{line}\n')
    [problem] = caught.value.problems
    assert problem.message == message and problem.span is not None and problem.span.line == 2


def test_the_format_is_told_by_the_first_sign(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b'\xef\xbb\xbf\n {"a": 1}')
    (tmp_path / "b").write_text("a,b\n1,2\n")
    assert is_json_lines(tmp_path / "a") and not is_json_lines(tmp_path / "b")
