"""A large table of the last start: the same bits, made anew where it is stale or damaged, and done without."""

import json
import os
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data import content_cache, table_cache
from nntrain.data.sources.table import Options, request_of
from nntrain.data.table_reader import Loaded, load_rows
from nntrain.errors import DataError

KEPT = "is kept in"
KNOWN = "was read before"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table of all kinds of columns, that was last changed some time ago."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(content_cache, "_RECENT_NS", -(10**12))
    write("t.csv")
    return tmp_path / "cache/nntrain/tables"


def write(file: str, last: float = 1.5) -> None:
    rows = [f"{i / 7},{'' if i % 5 == 0 else 'abc'[i % 3]},20{10 + i % 9}-03-0{1 + i % 7},{i % 4},{i % 6},{i * last}"
            for i in range(60)]  # fmt: skip
    Path(file).write_text("\n".join(["n,k,d,g,w,y", *rows]) + "\n")


def loaded(least: int = 0, **options: Any) -> Loaded:
    given = {"path": "t.csv", "target": "y", "group": "g", "weight": "w", **options}
    return load_rows(request_of(Options.model_validate(given)), {}, least)


def about(found: Loaded) -> str:
    """The note on the cache: kept, known, or what else it says."""
    notes = [note for note in found.rows.notes if "start" in note or KNOWN in note or "not kept" in note]
    return notes[0] if notes else ""


def same(one: Loaded, other: Loaded) -> bool:
    arrays = [
        (found.rows.remaining.x, found.rows.remaining.y, found.rows.remaining.weights, found.rows.groups)
        for found in (one, other)
    ]
    equal = [
        np.asarray(a).tobytes() == np.asarray(b).tobytes() and a.dtype == b.dtype for a, b in zip(*arrays, strict=True)
    ]
    found = [
        (each.rows.table, each.rows.schema, each.form, each.kinds, each.classes, each.task) for each in (one, other)
    ]
    return all(equal) and found[0] == found[1]


def entry(cache: Path) -> Path:
    [folder] = [path for path in cache.iterdir() if path.name != "index"]
    return folder


def test_the_second_start_has_the_same_bits(cache: Path) -> None:
    plain, first, second = loaded(10**9), loaded(), loaded()
    assert about(plain) == "" and KEPT in about(first) and about(second) == f"`t.csv` {KNOWN}, and comes from `{cache}`"
    assert same(plain, first) and same(first, second)
    assert second.rows.notes[:-1] == plain.rows.notes


def test_times_and_classes_are_kept_too() -> None:
    for options in ({"group": None, "time": "d"}, {"target": "k", "missing_target": "skip", "group": None}):
        given = {name: value for name, value in {"group": "g", **options}.items() if value is not None}
        first, second = (
            load_rows(request_of(Options.model_validate({"path": "t.csv", "target": "y", **given})), {}, 0)
            for _ in range(2)
        )
        assert KNOWN in about(second) and first.classes == second.classes
        if first.rows.times is not None:
            assert second.rows.times is not None and (first.rows.times == second.rows.times).all()
    assert first.classes == ("a", "b", "c") and len(second.rows.remaining) == 48


@pytest.mark.parametrize(
    "options", [{"columns": {"k": "drop"}}, {"missing": ["a"]}, {"ignore": ["n"]}, {"weight": "n"}, {"target": "n"}]
)
def test_what_is_asked_for_is_part_of_the_key(options: dict[str, Any]) -> None:
    loaded()
    assert KEPT in about(loaded(**options)) and KNOWN in about(loaded(**options)) and KNOWN in about(loaded())


def test_a_changed_table_is_noticed_and_a_copy_in_its_place_is_known() -> None:
    loaded()
    old = Path("t.csv").stat()
    shutil.copy("t.csv", "copy.csv")
    write("t.csv", last=2.5)
    os.utime("t.csv", ns=(old.st_atime_ns, old.st_mtime_ns))
    changed = loaded()
    assert KEPT in about(changed) and changed.rows.remaining.y[-1, 0] == 147.5
    Path("copy.csv").replace("t.csv")
    assert KNOWN in about(loaded()), "found by its content"


@pytest.mark.parametrize("damage", ["bit", "short", "no array", "about", "type", "kind", "object", "half"])
def test_a_damaged_or_half_written_entry_is_made_anew(cache: Path, damage: str) -> None:
    expected = loaded()
    x, record = entry(cache) / "x.npy", entry(cache) / "about.json"
    content, known = x.read_bytes(), json.loads(record.read_text())
    if damage == "bit":
        x.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
    elif damage == "short":
        x.write_bytes(content[:-8])
    elif damage == "no array":
        x.unlink()
    elif damage == "object":
        np.save(x, np.array([{}]), allow_pickle=True)
    elif damage == "half":
        record.unlink()
    else:
        texts = {"about": "{", "type": "[]", "kind": json.dumps({**known, "table": "{}"})}
        record.write_text(texts[damage])
    again = loaded()
    assert KEPT in about(again) and same(again, expected) and KNOWN in about(loaded())


def test_an_error_of_the_table_is_not_kept(cache: Path) -> None:
    with Path("t.csv").open("a") as file:
        file.write("x,a,2010-03-01,1,1,1\n")
    for _ in range(2):
        with pytest.raises(DataError, match="column `n` is `x`"):
            loaded()
    assert list(entry(cache).iterdir()) == []


def test_a_table_that_changes_while_it_is_read_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamps = iter([(1,), (2,)])
    loaded()
    shutil.rmtree(cache)
    monkeypatch.setattr(table_cache, "stamp", lambda status: next(stamps))
    assert about(loaded()) == "`t.csv` has changed while it was read; it is not kept"


def test_a_disk_that_is_short_is_a_note_and_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(1000))
    assert about(loaded()) == "the table is not kept for the next start: the disk has too little space"
    assert list(entry(cache).iterdir()) == []


def test_a_full_disk_is_a_note_and_leaves_no_array(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(table_cache, "write_text", full)
    assert about(loaded()) == "the table is not kept for the next start: No space left on device"
    assert list(entry(cache).iterdir()) == []


def test_a_cache_that_cannot_be_written_is_a_note(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file in its place")
    assert about(loaded()).startswith("the table is not kept for the next start: ")


def test_the_limit_turns_it_off_or_keeps_a_table_out(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTRAIN_TABLE_CACHE_GB", "0")
    assert about(loaded()) == "" and not cache.exists()
    monkeypatch.setenv("NNTRAIN_TABLE_CACHE_GB", "1e-6")
    assert "`NNTRAIN_TABLE_CACHE_GB` allows 1e-06" in about(loaded())


def test_a_small_table_is_not_kept_by_default(cache: Path) -> None:
    assert about(loaded(table_cache.LEAST_BYTES)) == "" and not cache.exists()


def test_a_change_of_the_rows_is_not_one_of_the_entry() -> None:
    loaded()
    second = loaded()
    first_bits = np.asarray(second.rows.remaining.x).tobytes()
    np.asarray(second.rows.remaining.x)[:] = 7
    second.rows.remaining.y[:] = 7
    third = loaded()
    assert KNOWN in about(third) and np.asarray(third.rows.remaining.x).tobytes() == first_bits
