"""The images of a folder or of a table: their classes as those of the training, and the size of the first."""

from pathlib import Path

import pytest
from PIL import Image

from nntrain.data.image_labels import LabelsFile
from nntrain.data.image_sets import ImageSet
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, width in (("a/0", 5), ("a/1", 6), ("b/0", 7)):
        Path("d", name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (width, 3)).save(f"d/{name}.png")


def test_a_folder_and_a_table_are_sets_of_the_same_form() -> None:
    folder = ImageSet.of_folder("d", ("p",))
    Path("l.csv").write_text("f,c\nb/0,b\na/1,a\n")
    table = ImageSet.of_labels(LabelsFile("l.csv", "d"))
    assert (folder.classes, folder.y.tolist()) == (("a", "b"), [0, 0, 1])
    assert ([str(file) for file in table.files], table.y.tolist()) == (["d/b/0.png", "d/a/1.png"], [1, 0])
    assert (folder.first_size(False), table.first_size(False)) == ((3, 5), (3, 7))


def test_labels_are_places_among_the_classes_of_the_training() -> None:
    found = ImageSet.of_folder("d", ())
    assert found.labels(["x", "b", "a"]).tolist() == [2, 2, 1]
    with pytest.raises(DataError, match="the classes of `d` are `a`, `b`, the training has `a`, `c`"):
        found.labels(["a", "c"])


def test_the_size_is_that_of_the_first_image_that_is_not_broken() -> None:
    Path("d/a/0.png").write_text("x")
    found = ImageSet.of_folder("d", ("p",))
    assert found.first_size(skip=True) == (3, 6)
    with pytest.raises(DataError, match="`on_bad: skip` leaves broken images out"):
        found.first_size(skip=False)


def test_a_table_is_only_proposed_where_it_names_images() -> None:
    Path("flat").mkdir()
    Image.new("L", (4, 3)).save("flat/0.png")
    Path("a.csv").write_text("x,k\n1,a\n2,b\n")
    Path("broken.csv").write_bytes(b"\0\xff")
    with pytest.raises(DataError) as caught:
        ImageSet.of_folder("flat", ())
    assert "labels" not in str(caught.value)
    Path("z.csv").write_text("k,file\na,0\n")
    with pytest.raises(DataError, match="or write `labels: z.csv`"):
        ImageSet.of_folder("flat", ())
