import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data.csv_text import CsvTable
from nntrain.data.table_file import Form
from nntrain.data.table_formats import raw_table
from nntrain.data.table_reader import read_like
from nntrain.exports.description import columns_of
from tests.exports.raw_rows import CSV, TABLE

pytest.importorskip("onnxruntime", reason="nntrain[onnx] is not installed")


@pytest.fixture
def table() -> dict[str, Any]:
    """The table as schema.json has it."""
    return columns_of(TABLE)


def test_raw_rows_become_the_numbers_that_nntrain_makes_of_them(table: Any, tmp_path: Path) -> None:
    from nntrain.exports.script.predict import read_table

    (tmp_path / "rows.csv").write_text(CSV, encoding="utf-8")
    expected = read_like(TABLE, CsvTable(tmp_path / "rows.csv", separator=";", decimal=",")).x
    np.testing.assert_array_equal(read_table(str(tmp_path / "rows.csv"), table), expected)


@pytest.mark.parametrize(("separator", "decimal"), [("\t", ","), ("|", "."), (",", ".")])
def test_another_separator_is_found_and_its_decimal_sign(
    table: Any, separator: str, decimal: str, tmp_path: Path
) -> None:
    from nntrain.exports.script.predict import read_table

    lines = [["a number", "sure", "kind", "when", "price"], ["1#5", "yes", "c;d", "29.02.2024 23:59", "1.234,5 €"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines).replace("#", decimal)
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    expected = read_like(TABLE, CsvTable(tmp_path / "rows.csv")).x
    np.testing.assert_array_equal(read_table(str(tmp_path / "rows.csv"), table), expected)
    assert expected[0, 0] == 1.5


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.csv", CSV.encode("latin-1", "replace"), "'utf-8' codec can't decode"),
        ("rows.npz", b"no file of NumPy", "pickle"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_of_one_line(
    table: Any, name: str, content: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nntrain.exports.script import predict

    (tmp_path / name).write_bytes(content)
    schema = {"table": table, "input": {"shape": [7], "takes_missing": True}}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    monkeypatch.setattr(predict, "HERE", tmp_path)
    with pytest.raises(SystemExit, match=message) as ended:
        predict.main(str(tmp_path / name))
    assert str(ended.value.code).startswith(f"error: {tmp_path / name} cannot be read: ")


@pytest.mark.parametrize("end", [";;;;;", '"" ;;; ; ;\n;;;;;\n\n', "\n\n", ";;;;;\n2;;;;;\n;;;;;"])
def test_rows_without_a_cell_are_those_of_nntrain(
    table: Any, end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from nntrain.exports.script.predict import read_table

    file = tmp_path / "rows.csv"
    file.write_text(f"\n{CSV}{end}", encoding="utf-8")
    with raw_table(CsvTable(file), Form(";", ","), frozenset()) as read:
        expected, is_noted = len(read.raw), any("left out" in note for note in read.notes)
    assert len(read_table(str(file), table)) == expected >= 5
    assert ("left out" in capsys.readouterr().err) == is_noted


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1,5", "1.5", "error: {}:2: column `a number`: `1.5` is no number"),
        ("1.234,5 €", "1234.5", "error: {}:2: column `price`: `1234.5` is no number as the other rows have it"),
        ("1,5", "1e99", "error: {}:2: column `a number`: `1e99` is no number"),
        ("29.02.2024", "30.02.2024", "error: {}:2: column `when`: `30.02.2024 23:59` is no date like %d.%m.%Y %H:%M"),
        ("id;", "kind;", "error: there is more than one column `kind` in {}"),
        ("sure\n", "sur\n", "error: there is no column `sure` in {}"),
        (";maybe", "", "error: {}:4: 5 cells, expected 6"),
        (CSV[CSV.index("1;") :], "", "error: there are no rows in {}"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(
    table: Any, old: str, new: str, message: str, tmp_path: Path
) -> None:
    from nntrain.exports.script.predict import read_table

    (tmp_path / "rows.csv").write_text(CSV.replace(old, new), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        read_table(str(tmp_path / "rows.csv"), table)
    assert ended.value.code == message.format(tmp_path / "rows.csv")


def test_the_program_is_short() -> None:
    from nntrain.exports.script import predict

    assert len(Path(predict.__file__).read_text().splitlines()) < 150
