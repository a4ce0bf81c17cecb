"""CSV files parsed by pandas: the same rows, and the same errors, as record by record."""

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data import csv_part, csv_reader
from nntrain.data.csv_part import Doubt
from nntrain.data.csv_reader import parse, read_csv
from nntrain.data.csv_records import read_records
from nntrain.data.csv_text import CsvTable
from nntrain.data.raw_table import Numbers, RawTable
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(text: str | bytes, **options: Any) -> CsvTable:
    Path("t.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return CsvTable("t.csv", **options)


def contents(raw: RawTable) -> dict[str, Any]:
    """All that is in the columns, to the last bit."""
    found: dict[str, Any] = {}
    for name, cells in raw.columns.items():
        if isinstance(cells, Numbers):
            found[name] = cells.values.tobytes(), str(cells.values.dtype), cells.merged is not None
        else:
            found[name] = [None if code < 0 else cells.names[code] for code in cells.codes], str(cells.codes.dtype)
    return found


def outcome(read: Callable[..., RawTable], asked: CsvTable, words: frozenset[str] = frozenset()) -> Any:
    try:
        return contents(read(asked, words))
    except DataError as error:
        return str(error)


def test_numbers_and_words() -> None:
    raw = parse(table("a,k,b\n1,yes,-2.5\n 3e2 , no,.5\n\n"))
    assert (raw.numbers("a").values.tolist(), raw.numbers("b").values.tolist()) == ([1, 300], [-2.5, 0.5])
    assert [raw.words("k").names[code] for code in raw.words("k").codes] == ["yes", "no"]
    assert str(raw.numbers("a").values.dtype) == "float32"


def test_a_word_that_comes_late_makes_a_column_of_words() -> None:
    cells = [str(number) for number in range(5000)]
    raw = parse(table("a,b\n" + "".join(f"{cell},{cell}\n" for cell in [*cells, "NA"])))
    assert raw.words("a").names[-1] == "NA" or "NA" in raw.words("a").names
    raw = parse(table("a,b\n" + "".join(f"{cell},7\n" for cell in [*cells, "NA"]), missing=frozenset({"NA"})))
    assert np.isnan(raw.numbers("a").values).sum() == 1


def test_other_separators_and_decimal_signs() -> None:
    assert parse(table("a\tk\n1\tx\n2\ty\n", separator="\t")).numbers("a").values.tolist() == [1, 2]
    assert read_csv(table("a:k\n1:x\n2:y\n", separator=":")).numbers("a").values.tolist() == [1, 2]
    raw = parse(table("a;k\n1,5;x\n-,5;y\n", separator=";", decimal=","))
    assert raw.numbers("a").values.tolist() == [1.5, -0.5]


def test_columns_that_are_asked_for_as_words() -> None:
    raw = parse(table("a,b\n1.0,1\n1,2\n"), frozenset({"a"}))
    assert sorted(raw.words("a").names) == ["1", "1.0"]
    assert raw.numbers("b").values.tolist() == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "a,k\n7,1\n-0,7\n-0.0,1.0\n",
        "a,k\n123456789012345678,x\n9007199254740993,x\n16777217,x\n",
        "a,k\n18446744073709551615,x\n0.00000000000000000000001234567890123456789,x\n1e-46,y\n",
        "a,k\n0.1,NA\n0.2,nan\n0.3,null\n",
        "a,k\n0.1,\n,x\n 0.3 , x \n",
        "a,k\nTrue,x\nFalse,y\n",
        "a,k\nnan,x\n1,y\n",
        "a,k\n1e999,x\n",
        "a,k\n3.4028235e38,x\n",
        "a,k\n1_0,x\n",
        "a,k\n\uff11,x\n",
        "a,k\n007,x\n1,y\n",
        'a,k\n"007","x"\n"1","y"\n',
        "a,b,k\n1,007,x\n1,1,y\n",
        "a,k\n16777216,x\n16777217,y\n",
        "a,k\n20000000,x\n2.0000001e7,y\n",
        "a,k\r\n1, x\r\n2,x \r\n",
        "\ufeffa,k\n1,gr\xfcn\n2,\u00a0x\n",
        'a,"k"\n1,"x"\n2,"y y"\n\n\n',
        "a,k\n1,x\n2,y",
        'a,k\n1,"x"\n2,y\n',
        'a,k\n1,"x, y"\r\n2,"he said ""no"""\r\n"3",""\r\n4,z',
    ],
)
def test_what_pandas_may_read(text: str) -> None:
    assert contents(parse(table(text))) == contents(read_records(table(text)))


@pytest.mark.parametrize(
    "text",
    [
        "a,b,k\n1,2\n3,4,x,y\n",
        "a,b,k\n1,2,x\n3,4,x,\n",
        "a,k\n1,x\n \n2,y\n",
        "a,k\n1,x\n\n2,y\n",
        'a,k\n1,"x"y\n',
        'a,k\n1, "x"\n',
        'a,k\n1,"x\n"\n',
        "a,k\n1,x\0\n",
        "a,k,note\n1,x,gr\xfcn\n".encode("latin-1"),
        "a,k\r1,x\r2,y\r",
        '"a\nb",k\n1,x\n',
        "a,a,k\n1,2,x\n",
    ],
)
def test_what_pandas_may_not_read(text: str | bytes) -> None:
    with pytest.raises((Doubt, DataError)):
        parse(table(text))


NUMBERS = ["1", "-2.5", "3e2", ".5", "7.", "+4", "0", "-0", "-0.0", "007", "1e-400", " 5", "5 ", "0.1", "16777217"]
NUMBERS += [
    "123456789012345678901234567890",
    "9007199254740993",
    "3.4028234663852886e38",
    "0." + 20 * "0" + "123456789",
]
LABELS = ["x", "y", " x", "x ", "007", "7", "10", "-1", "1.0", "True", "NA", "nan", "null", "gr\xfcn", "x\xa0", "#c"]
ODD = ["", "NA", "nan", "-inf", "1e999", "3.4028235e38", "red", "1_000", "0x10", "True", "false", '"1,5"', '""', '"']
ODD += [
    '"x',
    'x"',
    '"x"y',
    "1 000",
    "１２",
    "5\xa0",
    "\x1c5",
    "#5",
    "1e",
    "5\0",
    "\ufeff5",
    "\r",
    "\n",
    '"a\nb"',
    ' "1"',
]


def drawn(draw: random.Random) -> tuple[bytes, CsvTable]:
    """A small file, most likely with something odd in it, and what to read of it."""
    names = draw.sample(["a", "k", "b", "note"], draw.choice([2, 3, 4]))
    odd, quoted = draw.choice([0, 0, 0, 0.03, 0.2]), draw.choice([(), (), tuple(names), ("k", "note")])
    few = {name: draw.sample(LABELS if name in ("k", "note") else NUMBERS, 2) for name in names}
    separator, end = draw.choice(",,,;\t|: "), draw.choice(["\n", "\n", "\n", "\r\n", "\r"])
    rows = [[name if draw.random() > odd else draw.choice(["", "1", "a", '"b"', "c\nd"]) for name in names]]
    for _ in range(draw.randrange(1, 9)):
        cells = [draw.choice(few[name]) if draw.random() > odd else draw.choice(ODD) for name in names]
        rows.append(cells[: draw.choice([9, 9, -1])] + draw.choice([[], ["5"]]) if draw.random() < odd else cells)
    for row in rows:
        row[:] = [f'"{cell}"' if name in quoted else cell for name, cell in zip(names, row, strict=False)]
    text = end.join([separator.join(row) for row in rows]) + draw.choice(["", end, end, 2 * end])
    missing = frozenset({"NA", "nan"}) if draw.random() < 0.3 else frozenset[str]()
    return text.encode(), CsvTable("t.csv", separator, missing=missing, place=("data", "path"))


@pytest.mark.parametrize(("size", "files"), [(7, 50), (40, 80), (1 << 20, 120)])
def test_both_ways_agree_on_odd_files(size: int, files: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts, pieces and reads of few bytes, so that small files are cut anywhere; `scripts/torture odd` has more."""
    monkeypatch.setattr(csv_part, "LEAST_BYTES", size)
    monkeypatch.setattr(csv_part, "MOST_BYTES", size)
    monkeypatch.setattr(csv_part, "READ_BYTES", size)
    monkeypatch.setattr(csv_reader, "CELLS", size)
    files *= int(os.environ.get("NNTRAIN_ODD_TIMES", "1"))
    draw, parsed = random.Random(size), 0
    for _ in range(files):
        text, asked = drawn(draw)
        Path("t.csv").write_bytes(text)
        words = frozenset({"k"}) if draw.random() < 0.5 else frozenset[str]()
        assert outcome(read_csv, asked, words) == outcome(read_records, asked, words), text
        parsed += parsed <= files // 10 and outcome_of_parsing(asked)
    assert parsed > files // 10


def outcome_of_parsing(asked: CsvTable) -> bool:
    try:
        parse(asked)
    except (Doubt, DataError):
        return False
    return True


def test_a_negative_zero_among_whole_numbers_keeps_its_sign_beside_fractions_far_away() -> None:
    """pandas finds the dtype of some 100,000 rows at a time, and then that of the column."""
    cells = ["0.5"] * 300_000 + ["1"] * 300_000 + ["-0", "0"]
    x = parse(table("a,b\n" + "".join(f"{cell},7\n" for cell in cells))).numbers("a").values
    assert np.signbit(x).sum() == 1 and np.signbit(x[-2])


@pytest.mark.parametrize("watch", ["0.5", "3"])
def test_an_odd_zero_is_found_wherever_the_file_is_cut(watch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole numbers among the first rows let the zeros be looked for while pandas reads, others afterwards."""
    for odd in ("-0", "-00", "007", '"007"', " 07"):
        cells = [watch] * 101 + ["10", odd, "0.07", "2020", "-0.5"] + ["1"] * 40
        asked = table("a,b\n" + "".join(f"{cell},7\n" for cell in cells))
        for size in (3, 20, 21, 22):
            monkeypatch.setattr(csv_part, "READ_BYTES", size)
            assert contents(parse(asked)) == contents(read_records(asked)), (odd, size)


def test_random_numbers_are_rounded_as_python_rounds_them() -> None:
    draw = random.Random(1)
    cells = [
        f"{draw.choice('+-')}{draw.random() * 10 ** draw.randrange(-50, 38):.{draw.randrange(40)}f}"[:60]
        for _ in range(2000)
    ]
    cells += [f"{draw.getrandbits(draw.randrange(1, 120))}e{draw.randrange(-60, 2)}" for _ in range(2000)]
    asked = table("a,b\n" + "".join(f"{cell},0\n" for cell in cells))
    expected = np.array([float(cell) for cell in cells], np.float32)
    assert parse(asked).numbers("a").values.tobytes() == expected.tobytes()


@pytest.mark.parametrize("others", [["0.5"], ["0.5", ""], ["7"], ["1e20", "-3.25"], ["18446744073709551615"]])
def test_whole_numbers_that_float64_does_not_hold_are_told_apart(
    others: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = ["9007199254740993", *others * 40, "9007199254740992"]
    asked = table("a,k\n" + "".join(f"{cell},{row % 2}\n" for row, cell in enumerate(cells)))
    for size in (csv_part.LEAST_BYTES, 64):
        monkeypatch.setattr(csv_part, "LEAST_BYTES", size)
        assert parse(asked).numbers("a").merged == (2**53, 2**53 + 1)


def test_large_numbers_beside_fractions_that_are_the_same_are_one() -> None:
    raw = parse(table("a,k\n9007199254740992,1\n0.5,0\n9.007199254740992e15,1\n"))
    assert raw.numbers("a").merged is None and raw.numbers("a").values.tolist() == [2**53, 0.5, 2**53]
