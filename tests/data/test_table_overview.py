"""What `check --build` prints about the columns of a table."""

from pathlib import Path

import pytest

from nntrain.config.data import Source
from nntrain.data.dataset import load
from nntrain.data.table_overview import overview


def test_every_column_has_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{n},{n % 5 if n % 4 else ''},{'abcdefg'[n % 7]},2024-0{1 + n % 9}-01,{'yes' if n % 2 else 'no'},x,{n % 2}"
        for n in range(70)
    ]
    Path("t.csv").write_text("id,n,c,day,b,same,k\n" + "\n".join(rows) + "\n")
    data = load(Source.parse({"table": {"path": "t.csv", "target": "k", "test": "none", "validation": "none"}}))
    assert overview(data) == [
        ("id", "identifier", "left out", ""),
        ("n", "numeric", "0 to 4", "18"),
        ("c", "category", "7: a, b, c, d, e, …", ""),
        (
            "day",
            "date",
            "%Y-%m-%d → year, month, month_sin, month_cos, weekday, weekday_sin, weekday_cos",
            "",
        ),
        ("b", "boolean", "no or yes", ""),
        ("same", "constant", "left out", ""),
        ("k", "target", "2 classes: 0, 1", ""),
    ]
    numbers = load(Source.parse({"table": {"path": "t.csv", "target": ["k", "id"], "test": "none"}}))
    assert overview(numbers)[-1][:2] == ("id", "target") and overview(numbers)[-1][2].startswith("0 to ")


def test_other_data_have_no_columns() -> None:
    assert overview(load(Source.parse("iris"))) == []
