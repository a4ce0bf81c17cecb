"""The row that a number or a name means, in each data source."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nntrain.config.data import Source
from nntrain.data.dataset import Dataset, load
from nntrain.errors import ConfigError
from nntrain.explain.named_row import Finder, RowPlace


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Rows:
    """The rows of a source, as `--example` finds them."""

    def __init__(self, name: str, **options: Any) -> None:
        self.source = Source.parse({name: options})
        self.data: Dataset = load(self.source)

    def place(self, text: str) -> RowPlace:
        return Finder.of(self.data, self.source).place(text)

    def x(self, text: str) -> list[float]:
        """The inputs of a row."""
        place = self.place(text)
        return [round(float(value), 3) for value in np.ravel(self.data.splits[place.split].x[place.position])]

    def fault(self, text: str) -> tuple[str, str]:
        with pytest.raises(ConfigError) as caught:
            self.place(text)
        (problem,) = caught.value.problems
        return problem.message, problem.help


def passengers(name: str = "titanic.csv", first: int = 1, **empty: int) -> str:
    """Forty passengers: their identifiers count from the last one, each pair has a ticket, each three a cabin."""
    rows = [
        f"PASSENGER_{first + 39 - n},{1000 + n},T{n // 2},{n},{'' if n == empty.get('row') else n % 2}"
        for n in range(40)
    ]
    Path(name).write_text("\n".join(["PassengerId,id,Ticket,Age,Survived", *rows, ""]))
    return name


def titanic(path: str = "", **options: Any) -> Rows:
    options = {"target": "Survived", "columns": {"Ticket": "drop"}, **options}
    return Rows("table", path=path or passengers(), **options)


def test_a_row_is_found_by_its_identifier_in_whatever_split_it_is() -> None:
    rows = titanic()
    for number in range(1, 41):
        assert rows.x(f"PASSENGER_{number}") == [40 - number]
    place = rows.place("PASSENGER_17")
    assert place.name == "PassengerId PASSENGER_17"
    splits = {rows.place(f"PASSENGER_{number}").split for number in range(1, 41)}
    assert splits == {"train", "validation", "test"}


def test_a_number_is_the_row_of_the_file_first_and_an_identifier_after_that() -> None:
    rows = titanic()
    assert rows.x("17") == rows.x("id=1016") == rows.x("1016") == [16]
    assert rows.place("17").name == ""
    own = Path("own.csv")
    own.write_text("\n".join(["id,a,y", *(f"{n % 30 + 1},{n},{n % 2}" for n in range(7, 37)), ""]))
    rows = Rows("table", path="own.csv", target="y")
    assert rows.x("3") == [9] and rows.x("id=3") == [32]
    assert rows.place("3").notes == ("`3` is the number of a row here; `id=3` is row 26",)


def test_rows_that_are_left_out_keep_their_numbers() -> None:
    rows = titanic(path=passengers(row=4), missing_target="skip")
    assert rows.x("6") == rows.x("PASSENGER_35") == [5]
    assert rows.fault("5") == ("`--example 5` is a row that was left out of the data", "write a number from 1 to 40")
    assert rows.fault("PASSENGER_36")[0].startswith("`--example PASSENGER_36` is not a row")


def test_any_column_names_a_row_with_its_cell() -> None:
    rows = titanic()
    assert rows.x("Age=12") == [12]
    assert rows.fault("Age=99")[0] == "`--example Age=99` is not a row: it is not in `Age`"
    assert rows.fault("Agee=12") == ("there is no column `Agee` for `--example`", "write `--example Age=12`")
    message, help = rows.fault("c=3")
    assert (message, help[:38]) == ("there is no column `c` for `--example`", "the columns are `Age`, `PassengerId`, ")
    assert rows.fault("=3")[0] == "there is no column `` for `--example`"


def test_the_nearest_name_is_in_the_error() -> None:
    message = "`--example PASENGER_17` is not a row: it is not in `PassengerId` or `id` or `Ticket`"
    assert titanic().fault("PASENGER_17") == (message, "write `--example PASSENGER_17`")
    assert titanic().fault("PassengerId=PASENGER_17")[1] == "write `--example PassengerId=PASSENGER_17`"
    Path("plain.csv").write_text("\n".join(["a,y", *(f"{n % 7},{n % 2}" for n in range(40)), ""]))
    plain = Rows("table", path="plain.csv", target="y")
    help = "write a number from 1 to 40, or `COLUMN=VALUE`"
    assert plain.fault("nobody") == ("`--example nobody` is not a row", help)


def test_a_name_of_several_rows_is_refused() -> None:
    assert titanic().fault("T3") == ("`--example T3` is 2 rows: row 7, row 8", "write `--example 7`")
    both = Path("both.csv")
    both.write_text("\n".join(["a_id,b_id,x,y", *(f"n{n},n{39 - n},{n},{n % 2}" for n in range(40)), ""]))
    rows = Rows("table", path="both.csv", target="y")
    assert rows.fault("n3") == ("`--example n3` is 2 rows: row 4, row 37", "write `--example a_id=n3`")
    assert rows.x("b_id=n3") == [36]


def test_a_split_with_a_file_of_its_own_is_found_by_name() -> None:
    rows = titanic(test={"file": passengers("test.csv", first=40)})
    assert (rows.place("PASSENGER_79").split, rows.x("PASSENGER_79")) == ("test", [0])
    message = "`--example PASSENGER_40` is 2 rows: row 1 of `titanic.csv`, row 40 of `test.csv`"
    assert rows.fault("PASSENGER_40") == (message, "write `--example 1`")


def test_a_fold_is_taken_from_the_rows_of_the_file() -> None:
    rows = titanic(fold={"index": 2, "count": 4})
    assert len(rows.data.positions["test"]) == 10
    assert [rows.x(str(number)) for number in (1, 20, 40)] == [[0], [19], [39]]


def images(folder: str, count: int) -> None:
    for shade, name in enumerate("17"):
        place = Path(folder, name)
        place.mkdir(parents=True)
        for index in range(count):
            Image.new("L", (2, 2), 100 * shade + index).save(place / f"{index:03}.png")


def test_an_image_is_found_by_its_file() -> None:
    images("digits/train", 5)
    images("digits/test", 2)
    test = {"file": "digits/test"}
    rows = Rows("image_folder", path="digits/train", test=test, color_mode="grayscale")
    path = "digits/train/7/003.png"
    for name in ("train/7/003.png", path, "train\\7\\003.png", str(Path(path).resolve())):
        assert rows.x(name) == [103] * 4
    assert rows.x("9") == [103] * 4
    assert (rows.place("test/7/001.png").split, rows.x("test/7/001.png")) == ("test", [101] * 4)
    assert rows.place("train/7/003.png").name == "digits/train/7/003.png"
    assert rows.fault("train/7/3.png") == (
        "`--example train/7/3.png` is not a row: no image has that name", "write `--example train/7/003.png`"
    )  # fmt: skip
    message = "`--example 003.png` is 2 images: `train/1/003.png`, `train/7/003.png`"
    assert rows.fault("003.png") == (message, "write `--example train/1/003.png`")


def test_an_image_that_is_left_out_has_no_row() -> None:
    images("digits", 5)
    Path("digits/1/002.png").write_bytes(b"no image")
    rows = Rows("image_folder", path="digits", color_mode="grayscale", on_bad="skip")
    assert rows.x("1/003.png") == rows.x("4") == [3] * 4
    assert rows.fault("1/002.png")[0] == "`--example 1/002.png` is not a row: no image has that name"


@pytest.mark.parametrize("options", [{}, {"group_duplicates": True}, {"validation": "none", "test": {"first": 5}}])
def test_arrays_have_numbers(options: dict[str, Any]) -> None:
    np.savez("a.npz", x=np.arange(30.0)[:, None], y=np.arange(30) % 3)
    rows = Rows("npz_file", path="a.npz", **options)
    assert [rows.x(str(number)) for number in range(1, 31)] == [[number - 1] for number in range(1, 31)]
    assert rows.fault("31") == ("`--example 31` is outside the data, which have 30 rows", "write a number from 1 to 30")
    assert rows.fault("x") == ("`--example x` is not a row", "write a number from 1 to 30")
