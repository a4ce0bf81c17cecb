"""Files that are sent arrive whole, once, and only where they are not; what a run writes is seen."""

from pathlib import Path

import pytest

from nntrain.errors import NNTrainError
from nntrain.search.executors.ray import file_transfer
from nntrain.search.executors.ray.file_transfer import Digests, Mirror, Parcel, Shelf, read_run, write_run


@pytest.fixture
def parcel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parcel:
    """A file of three pieces that is on the other machine alone: its path is not here."""
    monkeypatch.setattr(file_transfer, "PIECE_BYTES", 4)
    there = tmp_path / "there" / "data.csv"
    there.parent.mkdir()
    there.write_bytes(b"0123456789")
    return Digests().parcel(str(there))


def sent(parcel: Parcel, shelf: Shelf) -> Path:
    for name, piece in parcel.pieces():
        shelf.receive(parcel, name, piece)
    return shelf.put(parcel)


def moved_away(parcel: Parcel) -> None:
    Path(parcel.path).rename(f"{parcel.path}.away")


def test_a_file_at_its_own_path_is_not_sent(parcel: Parcel, tmp_path: Path) -> None:
    assert Shelf(tmp_path / "shelf").find(parcel) == Path(parcel.path)


def test_a_file_with_other_content_at_its_path_is_sent(parcel: Parcel, tmp_path: Path) -> None:
    Path(parcel.path).write_bytes(b"other")
    assert Shelf(tmp_path / "shelf").find(parcel) is None


def test_a_file_that_was_sent_is_found_with_its_name(parcel: Parcel, tmp_path: Path) -> None:
    place = sent(parcel, Shelf(tmp_path / "shelf"))
    moved_away(parcel)
    assert place.name == "data.csv"
    assert place.read_bytes() == b"0123456789"
    assert Shelf(tmp_path / "shelf").find(parcel) == place
    assert [path.name for path in (tmp_path / "shelf").iterdir()] == [parcel.digest]


def test_a_file_that_was_damaged_on_the_shelf_is_sent_again(parcel: Parcel, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    place = sent(parcel, shelf)
    place.write_bytes(b"damaged")
    pieces = list(parcel.pieces())
    moved_away(parcel)
    assert shelf.find(parcel) is None
    for name, piece in pieces:
        shelf.receive(parcel, name, piece)
    assert shelf.put(parcel).read_bytes() == b"0123456789"


def test_a_file_that_changes_on_the_way_is_refused(parcel: Parcel, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    Path(parcel.path).write_bytes(b"changed")
    with pytest.raises(NNTrainError, match="was changed while it was sent"):
        sent(parcel, shelf)
    assert list((tmp_path / "shelf").iterdir()) == []


def test_an_empty_file_is_sent_too(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert sent(Digests().parcel(str(empty)), Shelf(tmp_path / "shelf")).read_bytes() == b""


def test_what_a_run_writes_and_removes_is_seen_once(tmp_path: Path) -> None:
    write_run(tmp_path, {"config.yaml": b"a", "checkpoint/a.ckpt": b"b"})
    mirror = Mirror(tmp_path)
    assert mirror.changes() == {}
    write_run(tmp_path, {"checkpoint/a.ckpt": b"c", "metrics.csv": b"d", "config.yaml": None})
    (tmp_path / ".lock").touch()
    assert mirror.changes() == {"config.yaml": None, "checkpoint/a.ckpt": b"c", "metrics.csv": b"d"}
    assert mirror.changes() == {}


def test_a_run_is_the_same_after_its_way(tmp_path: Path) -> None:
    files = {"config.yaml": b"a", "checkpoint/a.ckpt": b"b", "model.keras": b"c"}
    write_run(tmp_path / "run", files)
    assert read_run(tmp_path / "run") == files
    assert set(read_run(tmp_path / "run", without=["model.keras"])) == {"config.yaml", "checkpoint/a.ckpt"}
    assert read_run(tmp_path / "nowhere") == {}
