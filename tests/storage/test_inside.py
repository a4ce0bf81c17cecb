"""Nothing inside a folder is read or written through a symbolic link, and a FIFO stops nobody."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nntrain.errors import NNTrainError
from nntrain.storage import inside


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with links to a file and to a folder beside it, and what else is not a file."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.txt").write_text("secret")
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "a.txt").symlink_to(tmp_path / "secret" / "a.txt")
    (folder / "lost.txt").symlink_to(tmp_path / "secret" / "none.txt")
    (folder / "plots").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "fifo")
    (folder / "folder").mkdir()
    return folder


@pytest.mark.parametrize(
    "name", ["a.txt", "lost.txt", "plots/a.txt", "plots/none.txt", "fifo", "folder", "../secret/a.txt"]
)
@pytest.mark.parametrize("change", [False, True])
def test_what_is_not_a_file_of_the_folder_is_refused(folder: Path, name: str, change: bool) -> None:
    with pytest.raises(NNTrainError, match=r"this is not a run of nntrain: `.*` is (a symbolic link|not a regular)"):
        inside.open_file(folder, name, change)


@pytest.mark.parametrize("name", ["a.txt", "lost.txt", "fifo"])
def test_a_write_replaces_a_link_and_leaves_its_target(folder: Path, name: str) -> None:
    before = files_below(folder.parent / "secret")
    inside.write(folder, name, b"new")
    assert files_below(folder.parent / "secret") == before
    assert (folder / name).read_bytes() == b"new" and not (folder / name).is_symlink()


@pytest.mark.parametrize(
    "act",
    [
        lambda folder: inside.write(folder, "plots/a.txt", b"new"),
        lambda folder: inside.write(folder, "../secret/a.txt", b"new"),
        lambda folder: inside.make_folder(folder, "plots"),
        lambda folder: inside.make_folder(folder, "plots/new"),
        lambda folder: inside.make_folder(folder, "../new"),
        lambda folder: inside.remove(folder, "plots/a.txt"),
        lambda folder: inside.names(folder, "plots"),
    ],
)
def test_nothing_outside_is_made_or_removed_through_a_linked_folder(
    folder: Path, act: Callable[[Path], object]
) -> None:
    before = sorted(folder.parent.rglob("*"))
    with pytest.raises(NNTrainError, match="is a symbolic link|is not a regular file"):
        act(folder)
    assert sorted(folder.parent.rglob("*")) == before


def test_a_link_itself_is_removed(folder: Path) -> None:
    inside.remove(folder, "a.txt")
    assert "a.txt" not in inside.names(folder)
    assert (folder.parent / "secret" / "a.txt").read_text() == "secret"


def test_the_folder_that_the_user_names_may_be_a_link(folder: Path) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder)
    inside.make_folder(link, "new")
    inside.write(link, "new/b.txt", b"b")
    with inside.open_file(link, "new/b.txt") as file:
        assert file.read() == b"b"
    assert inside.names(link, "new") == ["b.txt"]


def test_files_have_the_permissions_that_the_user_gives_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        inside.write(tmp_path, "a.txt", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640
