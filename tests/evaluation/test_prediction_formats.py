import io
import json
from pathlib import Path

import numpy as np
import pytest

from nntrain.errors import ConfigError
from nntrain.evaluation.prediction_formats import as_json_lines, format_of, writer
from nntrain.evaluation.predictions import Predictions

PART = Predictions(
    [("id", ["=1+1", "b"])],
    ["no", "yes"],
    ["probability_no", "probability_yes"],
    np.float32([[0.7, 0.3], [0.25, 0.75]]),
)


def test_the_format_is_the_given_one_or_that_of_the_suffix() -> None:
    assert format_of(Path("x.NDJSON"), None) == "jsonl" and format_of(Path("x.parquet"), None) == "parquet"
    assert format_of(None, None) == format_of(Path("x.txt"), None) == "csv"
    assert format_of(Path("x.csv"), "jsonl") == "jsonl"


def test_a_suffix_of_another_format_is_refused() -> None:
    for name, help in (("my out.json", "write `-o 'my out.jsonl'`"), ("a.XLSX", "write `-o a.csv`")):
        with pytest.raises(ConfigError) as caught:
            format_of(Path(name), None)
        assert caught.value.problems[0].help == help
        assert format_of(Path(name), "csv") == "csv"


def test_the_header_of_csv_is_written_once() -> None:
    file = io.BytesIO()
    with writer("csv", file) as write:
        write(PART)
        write(PART)
    lines = file.getvalue().decode().splitlines()
    assert lines == ["id,class,probability_no,probability_yes", "'=1+1,no,0.7,0.3", "b,yes,0.25,0.75"] + lines[1:3]


def test_json_lines_hold_what_csv_holds_and_null_for_nan() -> None:
    row = {"id": "=1+1", "class": "no", "probability_no": 0.7, "probability_yes": 0.3}
    assert json.loads(as_json_lines(PART).splitlines()[0]) == row
    number = Predictions((), (), ["price"], np.float32([[np.nan]]))
    assert as_json_lines(number) == '{"price": null}\n'


def test_parquet_holds_texts_and_float32(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    with (tmp_path / "x.parquet").open("wb") as file, writer("parquet", file) as write:
        write(PART)
        write(PART)
    found = parquet.read_table(tmp_path / "x.parquet")
    assert found.num_rows == 4 and found.column("class").to_pylist() == ["no", "yes"] * 2
    assert str(found.schema.field("probability_no").type) == "float"
