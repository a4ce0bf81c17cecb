"""Entries are found by the content of files, and the least recently used ones make room."""

import os
from pathlib import Path

import pytest

from nntrain.data import content_cache
from nntrain.data.content_cache import ABOUT, ContentCache, alone

CACHE = ContentCache("things", "THINGS_GB")


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(content_cache, "_RECENT_NS", -(10**12))
    return tmp_path / "cache/nntrain/things"


def entry(*contents: str, asked: str = "") -> Path:
    """The folder of files with these contents, complete with 100 bytes."""
    files = [Path(f"{index}.txt") for index in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        if not file.exists() or file.read_text() != content:
            file.write_text(content)
    folder = CACHE.folder_of(files, [file.stat() for file in files], asked)
    (folder / ABOUT).write_text("x" * 100)
    return folder


def test_the_name_depends_on_contents_their_order_and_what_is_asked() -> None:
    assert entry("a", "b") == entry("a", "b")
    assert len({entry("a", "b"), entry("b", "a"), entry("ab", ""), entry("a", "b", asked="more"), entry("a")}) == 5


def test_files_that_did_not_change_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = entry("a")
    with monkeypatch.context() as patch:
        patch.setattr(content_cache, "_hashes", lambda files: pytest.fail("read again"))
        assert entry("a") == folder
    old = Path("0.txt").stat()
    Path("0.txt").write_text("b")
    os.utime("0.txt", ns=(old.st_atime_ns, old.st_mtime_ns))
    assert CACHE.folder_of([Path("0.txt")], [Path("0.txt").stat()], "") != folder, "the time of the inode has changed"


def test_the_least_recently_used_and_the_broken_entries_go_first(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THINGS_GB", "250e-9")
    first, second = entry("a"), entry("b")
    os.utime(first / ABOUT, (2, 2))
    os.utime(second / ABOUT, (1, 1))
    (root / "half").mkdir()
    third = entry("c")
    CACHE.make_room(third)
    assert {path for path in root.iterdir() if path.name != "index"} == {first, third}
    assert len(list((root / "index").iterdir())) == 2


@pytest.mark.parametrize(
    ("limit", "size"), [("", 10**10), ("1e-6", 1000), ("0", 0), ("-1", 0), ("much", 0), ("inf", 0)]
)
def test_the_environment_sets_the_size(monkeypatch: pytest.MonkeyPatch, limit: str, size: int) -> None:
    monkeypatch.setenv("THINGS_GB", limit)
    assert CACHE.most_bytes() == size


def test_the_cache_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(PermissionError, match="another user"):
        CACHE.root()


def test_what_cannot_be_locked_is_worked_in_all_the_same(tmp_path: Path) -> None:
    with alone(tmp_path), alone(tmp_path / "missing/folder"):
        pass
