"""The options that make a table readable."""

from pathlib import Path

import pytest

from nntrain.beginning.cure import Cure, cure_of
from nntrain.data.sources import table


def cured(folder: Path, *cells: str) -> Cure:
    """The cure of a column of numbers with these cells, of one of dates, and of a target."""
    rows = [*cells, *(f"{row % 5}.5" for row in range(len(cells), 20))]
    lines = [f"{cell},2020-01-{row + 1:02},{row % 2}" for row, cell in enumerate(rows)]
    (folder / "data.csv").write_text("age,when,live\n" + "\n".join(lines) + "\n")
    found = cure_of(folder / "data.csv", ["live"])
    assert table.load(table.Options(path=str(folder / "data.csv"), target="live", **found.options())).found
    return found


@pytest.mark.parametrize(
    ("cells", "options"),
    [
        ((), {}),
        (("NA", "?", "--"), {"missing": ["--", "?", "NA"]}),
        (("inf", "-Infinity"), {"missing": ["-Infinity", "inf"]}),
        (("1e300", "-1e39"), {"missing": ["-1e39", "1e300"]}),
        (("1e300", "2e300", "3e300"), {"columns": {"age": "category"}}),
        (("old", "NA"), {"missing": ["NA"], "columns": {"age": "category"}}),
        (("$1.50",) * 12, {}),
        (("1.50 a.m.",) * 8, {"columns": {"age": "category"}}),
        (("16777217", "16777219", "16777221"), {"columns": {"age": "drop"}}),
    ],
)
def test_the_options_are_those_without_which_the_table_is_refused(
    cells: tuple[str, ...], options: dict[str, object], tmp_path: Path
) -> None:
    assert cured(tmp_path, *cells).options() == options


def test_a_kind_that_gives_something_up_is_a_note(tmp_path: Path) -> None:
    assert cured(tmp_path, "old", "new").notes == (
        "The column `age` is read as categories, not as numbers or dates, as it holds `new`, `old`.",
    )


def test_rows_without_their_target_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = "".join(f"{row},{'' if row in (3, 7) else row % 2}\n" for row in range(20))
    (tmp_path / "data.csv").write_text(f"a,y\n{rows}")
    found = cure_of(tmp_path / "data.csv", ["y"])
    assert found.options() == {"missing_target": "skip"} and found.notes == ("2 rows without `y` left out.",)
    read = table.load(table.Options(path=str(tmp_path / "data.csv"), target="y", **found.options()))
    assert len(read.remaining) == 18 and read.notes[0].endswith("without `y` left out")


def test_the_words_of_a_row_that_is_left_out_make_no_category(tmp_path: Path) -> None:
    rows = "".join(f"{row}.5,{row % 2}\n" for row in range(20))
    (tmp_path / "data.csv").write_text(f"a,y\n{rows}Total,\n")
    assert cure_of(tmp_path / "data.csv", ["y"]).options() == {"missing_target": "skip"}


def test_the_target_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,y\n" + "".join(f"{row},{row}.5\n" for row in range(20)) + "1,NA\n")
    assert cure_of(tmp_path / "data.csv", ["y"]) == Cure()


def test_a_header_that_comes_again_is_left_to_the_error_of_the_reader(tmp_path: Path) -> None:
    rows = "".join(f"{row},{row % 2}\n" for row in range(20))
    (tmp_path / "data.csv").write_text(f"a,y\n{rows}a,y\n{rows}")
    assert cure_of(tmp_path / "data.csv", ["y"]) == Cure()


def test_numbers_that_may_be_meant_in_two_ways_are_read_with_groups_of_three_digits(tmp_path: Path) -> None:
    lines = [f'"{row + 1},{row + 100}",{row},"{row + 2},50{row % 10}"' for row in range(20)]
    (tmp_path / "data.csv").write_text("people,row,price\n" + "\n".join(lines) + "\n")
    found = cure_of(tmp_path / "data.csv", ["price"])
    written = {"numeric": "1,234.5"}
    assert found.options() == {"columns": {"people": written, "price": written}}
    assert "`{people: {numeric: '1234,5'}}` reads their comma as a decimal sign" in found.notes[0]


def of_dates(folder: Path, *dates: str) -> Cure:
    """The cure of a table with these dates."""
    (folder / "data.csv").write_text("when,live\n" + "".join(f"{day},{row % 2}\n" for row, day in enumerate(dates)))
    return cure_of(folder / "data.csv", ["live"])


@pytest.mark.parametrize("odd", ["07.01.2020", "2020-02-31", "soon"])
def test_the_note_on_dates_names_the_one_that_is_not_like_the_others(odd: str, tmp_path: Path) -> None:
    found = of_dates(tmp_path, odd, *(f"2020-01-{day:02}" for day in range(1, 30)))
    assert found.options() == {"columns": {"when": "category"}}
    assert found.notes == (f"The column `when` is read as categories, not as numbers or dates, as it holds `{odd}`.",)
    assert of_dates(tmp_path, "n/a", *(f"2020-01-{day:02}" for day in range(1, 30))).options() == {"missing": ["n/a"]}


def test_dates_that_may_be_meant_in_two_ways_are_read_in_one_of_them(tmp_path: Path) -> None:
    found = of_dates(tmp_path, *(f"01/{month:02}/20{year}" for year in range(20, 23) for month in range(1, 13)))
    assert found.options() == {"columns": {"when": {"date": "%d/%m/%Y"}}}
    read = "The dates in `when` are read as `%d/%m/%Y`; `{when: {date: '%m/%d/%Y'}}` swaps the day and the month."
    assert found.notes == (read,)
    assert table.load(table.Options(path=str(tmp_path / "data.csv"), target="live", **found.options())).found


def test_a_decimal_comma_is_read_where_it_reads_all(tmp_path: Path) -> None:
    lines = [f'"{row},5",{row},"{row}00000,5"' for row in range(20)] + ['"1,234",1,"7,5"']
    (tmp_path / "data.csv").write_text("people,row,price\n" + "\n".join(lines) + "\n")
    found = cure_of(tmp_path / "data.csv", ["price"])
    assert found.options() == {"columns": {"people": {"numeric": "1234,5"}, "price": {"numeric": "1234,5"}}}
    meant = "`1,234` in column `people` is 1234 or 1.234, while `0,5` is 0.5"
    assert found.notes[0] == f"Every comma in `people` is read as a decimal sign: {meant}."
    assert table.load(table.Options(path=str(tmp_path / "data.csv"), target="price", **found.options())).found


def test_a_space_is_the_separator_where_it_alone_divides_the_lines(tmp_path: Path) -> None:
    rows = "".join(f"{row} {row}.5\n" for row in range(20))
    (tmp_path / "data.csv").write_text(f"a y\n{rows}")
    found = cure_of(tmp_path / "data.csv", ["y"])
    assert found.options() == {"separator": " "}
    assert table.load(table.Options(path=str(tmp_path / "data.csv"), target="y", **found.options())).found
    (tmp_path / "data.csv").write_text(f"a,the y\n{rows.replace(' ', ',')}")
    assert cure_of(tmp_path / "data.csv", ["the y"]).options() == {}
