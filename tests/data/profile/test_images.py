from pathlib import Path

import pytest
from PIL import Image

from nntrain.data.profile.images import profile_folder
from nntrain.errors import DataError


def images(folder: Path, **classes: int) -> Path:
    for name, count in classes.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            Image.new("L", (4, 6), len(name) * 30 + number).save(folder / name / f"{number}.png")
    return folder


def test_classes_sizes_and_equal_files_are_counted(tmp_path: Path) -> None:
    folder = images(tmp_path / "all", cats=3, doves=2)
    (folder / "doves" / "again.png").write_bytes((folder / "cats" / "0.png").read_bytes())
    (folder / "doves" / "broken.png").write_text("no image")
    (folder / "doves" / "notes.txt").touch()
    found = profile_folder(folder)
    assert [(each.name, each.rows) for each in found.classes] == [("cats", 3), ("doves", 4)]
    assert (found.rows, found.duplicates) == (7, 1)
    size = found.columns[0]
    assert [(each.name, each.rows) for each in size.categories] == [("6 x 4", 6)]
    assert len(found.problems) == 1 and "broken.png" in found.problems[0].message
    assert "1 `.txt`" in found.warnings[0]


def test_images_without_folders_have_no_classes(tmp_path: Path) -> None:
    found = profile_folder(images(tmp_path, cats=2) / "cats")
    assert (found.classes, found.rows, found.what) == ((), 2, "images without classes")
    assert "holds no folders" in found.problems[0].message


def test_splits_as_folders_and_empty_folders_are_problems(tmp_path: Path) -> None:
    folder = images(tmp_path / "x", train=2, test=0)
    messages = [problem.message for problem in profile_folder(folder).problems]
    assert messages[-1] == "there are no images in the folder `test`" and "are splits, not classes" in messages[0]


def test_a_folder_without_images_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    with pytest.raises(DataError, match="there are no images in .*1 `.txt`"):
        profile_folder(tmp_path)


def test_of_many_broken_images_the_first_are_named_and_the_others_counted(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for place in range(7):
            (tmp_path / name / f"{place}.png").write_text("no image")
    problems = profile_folder(tmp_path).problems
    assert [problem.message for problem in problems[10:]] == ["4 more such faults"]
