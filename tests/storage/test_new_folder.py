from pathlib import Path

import pytest

from nntrain.errors import ConfigError
from nntrain.storage import new_folder


def test_a_folder_has_its_name_when_all_is_written(tmp_path: Path) -> None:
    with new_folder.new_folder(tmp_path / "out") as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "a.txt").write_text("a")
        assert not (tmp_path / "out").exists() and folder.name.startswith(".")
    assert (tmp_path / "out" / "deep" / "a.txt").read_text() == "a"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), new_folder.new_folder(tmp_path / "out") as folder:
        (folder / "a.txt").write_text("a")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_what_came_meanwhile_is_kept(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="exists already"), new_folder.new_folder(tmp_path / "out") as folder:
        (folder / "a.txt").write_text("a")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine.txt").write_text("mine")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_path_that_cannot_be_a_new_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, message in (
        ("file", "exists already"),
        ("full", "exists already"),
        ("link", "exists already"),
        ("none/out", "there is no folder"),
    ):
        with pytest.raises(ConfigError, match=message):
            new_folder.refuse(tmp_path / name)
    new_folder.refuse(tmp_path / "empty")
    new_folder.refuse(tmp_path / "new")
    with new_folder.new_folder(tmp_path / "empty") as folder:
        (folder / "a").touch()
    assert [path.name for path in (tmp_path / "empty").iterdir()] == ["a"]
