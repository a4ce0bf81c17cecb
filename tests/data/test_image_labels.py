"""Tables that name images and their classes: which columns they are, and every row that names no image."""

import os
from pathlib import Path

import pytest

from nntrain.data.image_labels import LabelsFile
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a/1.png", "a/2.JPG", "a/3.png", "b 4.png", "../out.png"):
        Path("photos", name).parent.mkdir(parents=True, exist_ok=True)
        Path("photos", name).touch()


def table(text: str | bytes, **options: object) -> LabelsFile:
    Path("l.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return LabelsFile("l.csv", str(Path("photos").absolute()), place=("labels",), source=("s",), **options)  # type: ignore[arg-type]


def read(text: str | bytes, **options: object) -> list[tuple[str, str]]:
    found = table(text, **options).read()
    return [
        (os.path.relpath(file, "photos"), found.classes[label])
        for file, label in zip(found.files, found.y, strict=True)
    ]


def text_of(text: str, **options: object) -> str:
    with pytest.raises(DataError) as caught:
        table(text, **options).read()
    return str(caught.value).replace(f"{Path.cwd()}/", "")


ROWS = [("a/1.png", "x"), ("b 4.png", "y")]


@pytest.mark.parametrize(
    "text",
    [
        "filename,class\na/1.png,x\nb 4.png,y\n",
        "class,filename\nx,a/1.png\ny,b 4.png\n",
        "filename;class\r\na/1.png;x\r\n./b 4.png;y\r\n",
        ",filename,class\n0,a/1.png,x\n1,b 4.png,y\n",
        "id,breed\na/1,x\nb 4,y\n",
        "filename\tclass\na\\1.png\tx\nb 4.png\ty\n",
    ],
)
def test_the_columns_are_found(text: str) -> None:
    assert read(text) == ROWS


def test_columns_may_be_named() -> None:
    text = "filename,class,when\na/1.png,x,2020\nb 4.png,y,2021\n"
    assert read(text, y_col="class") == read(text, x_col="filename", y_col="class") == ROWS
    assert text_of(text) == (
        "error: `l.csv` has several columns that may hold the classes: `class`, `when`\n  --> labels\n"
        " help: name the column with `y_col`, such as `y_col: class`"
    )
    message = text_of(text, x_col="file", y_col="klass")
    assert "there is no column `file` in `l.csv`\n  --> s.x_col\n help: write `filename`" in message
    assert "there is no column `klass` in `l.csv`\n  --> s.y_col\n help: write `class`" in message
    assert "there is only one column, `filename`\n  --> l.csv:1:1" in text_of("filename\na/1.png\n")
    assert "`l.csv` has 2 columns, and needs one of files and one of classes" in text_of(",filename\n0,a/1.png\n")


@pytest.mark.parametrize("label", ["été", "a,b", 'say "hi"', "=1+1", "$x_1$", "[red]", "🐈", "two\nlines", "007", "no"])
def test_a_class_may_have_any_name(label: str) -> None:
    quoted = '"' + label.replace('"', '""') + '"'
    assert read(f"f,c\na/1.png,{quoted}\nb 4.png,z\n")[0] == ("a/1.png", label)


def test_classes_of_numbers_are_in_their_order_and_latin_1_is_read() -> None:
    found = table("f,c\na/1.png,10\na/3.png,9\nb 4.png,10\n").read()
    assert (found.classes, found.y.tolist()) == (("9", "10"), [1, 0, 1])
    assert read("f,c\na/1.png,caf\xe9\nb 4.png,th\xe9\n".encode("latin-1"))[0][1] == "café"


def test_missing_images_are_named_with_their_lines_or_left_out() -> None:
    text = "f,c\na/1.png,x\na/4.png,y\na/2.png,y\na/3.png,y\n"
    message = text_of(text)
    assert message.startswith("error: there is no image `a/4.png` in `photos`\n  --> l.csv:3:1")
    assert "`on_bad: skip` leaves such rows out" in message and "l.csv:4:1" in message, "the suffix is `.JPG`"
    assert read(text, skip=True) == [("a/1.png", "x"), ("a/3.png", "y")]
    assert table(text, skip=True).read().warnings == (
        "2 of 4 rows of `l.csv` name images that do not exist, and are left out; the first is `a/4.png`",
    )
    assert text_of("f,c\nq,x\nr,y\n", skip=True).startswith("error: `l.csv` names no image")


@pytest.mark.parametrize("path", ["../out.png", "a/../../out.png", "/etc/passwd", "..\\out.png", "../photos2/1.png"])
def test_paths_outside_of_the_folder_are_refused(path: str) -> None:
    for skip in (False, True):
        message = text_of(f"f,c\na/1.png,x\n{path},y\n", skip=skip)
        assert "is outside of `photos`\n  --> l.csv:3:1" in message and path.replace("\\", "") in message.replace(
            "\\", ""
        )


def test_an_absolute_path_below_the_folder_is_one() -> None:
    assert read(f"f,c\na/1.png,x\n{Path('photos/b 4.png').absolute()},y\n") == ROWS


def test_an_image_counts_once_and_has_one_class() -> None:
    text = "f,c\na/1.png,x\nb 4.png,y\na/1.png,x\n./a/1.png,x\n"
    assert read(text) == ROWS
    assert table(text).read().warnings == ("2 rows of `l.csv` name an image of an earlier row, and are left out",)
    message = text_of("f,c\na/1.png,x\nb 4.png,y\na/1.png,y\n")
    assert message.startswith("error: `photos/a/1.png` is `y` here, and `x` in line 2\n  --> l.csv:4:9")


def test_empty_cells_and_numbers_to_predict_are_refused() -> None:
    assert "error: `c` is empty\n  --> l.csv:2:9" in text_of("f,c\na/1.png,\nb 4.png,y\n")
    assert "error: `f` is empty\n  --> l.csv:3:1" in text_of("f,c\na/1.png,x\n,y\n")
    ages = "".join(f"a/1.png,{age}.5\n" for age in range(30))
    assert "column `c` holds 30 different numbers with decimals, which are not classes" in text_of(f"f,c\n{ages}")
    words = "".join(f"a/1.png,w{age}\n" for age in range(30))
    assert "column `c` holds 30 different labels in 30 rows, too many to be classes" in text_of(f"f,c\n{words}")
