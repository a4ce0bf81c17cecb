"""What is found in the file of a table: kinds with their reasons, ranges, classes, duplicates, what gives it away."""

import random
from pathlib import Path

import pytest

from nntrain.config.load import load
from nntrain.data.profile.choose import profile_config
from nntrain.data.profile.profile import ColumnProfile, Count, Profile
from nntrain.data.profile.tables import profile_file
from nntrain.errors import DataError

HEADER = "row_id,age,town,alive,day,note,fixed,survived"
ROWS = 60


def table(folder: Path, *extra: str, header: str = HEADER) -> Path:
    """A table with a column of each kind; `alive` is the target in other words."""
    words = random.Random(0)
    lines = [header]
    for row in range(ROWS):
        age = "" if row % 10 == 0 else 900 if row == 1 else words.randint(20, 60)
        town = words.choice(["Bonn", "Ulm", "Kiel"])
        survived = words.randrange(2)
        note = f"a long text {row}"
        lines.append(
            f"{row},{age},{town},{'yes' if survived else 'no'},2024-0{1 + row % 9}-1{row % 7},{note},1,{survived}"
        )
    file = folder / "rows.csv"
    file.write_text("\n".join([*lines, *extra]) + "\n")
    return file


def columns(found: Profile) -> dict[str, ColumnProfile]:
    return {column.name: column for column in found.columns}


def test_every_kind_has_the_reason_that_found_it(tmp_path: Path) -> None:
    found = profile_file(table(tmp_path), ("survived",))
    assert {name: (column.kind, column.reason) for name, column in columns(found).items()} == {
        "row_id": ("identifier", "another whole number in every row: left out"),
        "age": ("numeric", "every cell is a number"),
        "town": ("category", "texts that rows share"),
        "alive": ("boolean", "its words are no and yes"),
        "day": ("date", "at least half of the texts are dates in the format %Y-%m-%d"),
        "note": ("text", "60 different texts in 60 rows: left out"),
        "fixed": ("constant", "1 in every row: left out"),
        "survived": ("classes", "the target"),
    }


def test_ranges_missing_cells_outliers_and_categories_are_counted(tmp_path: Path) -> None:
    found = columns(profile_file(table(tmp_path), ()))
    age, town = found["age"], found["town"]
    assert (age.missing, age.high, age.outliers) == (6, 900, 1)
    assert age.histogram is not None and sum(age.histogram.counts) == ROWS - 6
    assert sum(each.rows for each in town.categories) == ROWS and town.distinct == 3
    assert [each.rows for each in town.categories] == sorted((each.rows for each in town.categories), reverse=True)
    assert (found["day"].low, found["day"].high) == ("2024-01-10", "2024-09-15")
    assert found["survived"].kind == "numeric"


def test_the_classes_and_what_gives_them_away(tmp_path: Path) -> None:
    found = profile_file(table(tmp_path), ("survived",))
    assert found.task == "classification"
    assert [each.name for each in found.classes] == ["0", "1"] and sum(each.rows for each in found.classes) == ROWS
    assert [column.name for column in found.columns if column.gives_target_away] == ["alive"]
    assert found.balance == max(each.rows for each in found.classes) / min(each.rows for each in found.classes)


def test_a_line_of_the_number_to_predict_gives_it_away(tmp_path: Path) -> None:
    rows = [f"{x * 0.5},{3 - x},{x % 7}" for x in range(40)]
    (tmp_path / "line.csv").write_text("\n".join(["price,double,other", *rows]))
    found = profile_file(tmp_path / "line.csv", ("price",))
    assert (found.task, found.classes) == ("regression", ())
    assert [column.name for column in found.columns if column.gives_target_away] == ["double"]


def test_equal_rows_are_counted_without_the_identifier(tmp_path: Path) -> None:
    first = table(tmp_path).read_text().splitlines()[1]
    assert profile_file(tmp_path / "rows.csv", ()).duplicates == 0
    again = "999" + first.removeprefix("0").replace("a long text 0", "a long text 1")
    twice = [again, "998" + again.removeprefix("999")]
    assert profile_file(table(tmp_path, *twice), ()).duplicates == 1


def test_examples_are_cells_of_three_rows(tmp_path: Path) -> None:
    found = profile_file(table(tmp_path), ())
    assert [row["row_id"] for row in found.examples] == ["0", "29", "59"]
    assert found.examples[0]["age"] == ""


def test_what_would_stop_a_training_is_a_problem_with_its_line(tmp_path: Path) -> None:
    file = table(tmp_path, "77,old,Ulm,no,2024-01-01,more of a text,1,1", "78,30,Ulm,no,2024-01-01,b,1,")
    found = profile_file(file, ("survived",))
    lines = [(problem.message, problem.span.line) for problem in found.problems if problem.span]
    assert lines == [
        ("the target `survived` is empty", ROWS + 3),
        ("column `age` is `old`, which is not a number", ROWS + 2),
    ]
    assert found.classes == () and columns(found)["survived"].is_target


def test_a_second_header_is_one_problem_for_all_columns(tmp_path: Path) -> None:
    found = profile_file(table(tmp_path, HEADER), ())
    assert [problem.message for problem in found.problems] == [f"the header stands again in line {ROWS + 2}"]


def test_an_unknown_target_gets_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no column `survivd`") as caught:
        profile_file(table(tmp_path), ("survivd",))
    assert caught.value.problems[0].help == "write `survived`"


def test_a_config_adds_its_kinds_and_its_splits(tmp_path: Path) -> None:
    options = "target: survived, ignore: [alive], columns: {fixed: category}"
    config = tmp_path / "net.yaml"
    config.write_text(f"data: {{table: {{path: {table(tmp_path)}, {options}}}}}\nmodel: [Flatten]\n")
    found = profile_config(load(config))
    assert columns(found)["alive"].reason == "`ignore` names it: left out"
    assert (columns(found)["fixed"].kind, columns(found)["fixed"].reason) == ("category", "as the config says")
    assert [part.name for part in found.splits] == ["train", "validation", "test"]
    assert sum(part.rows for part in found.splits) == ROWS
    totals = [sum(part.classes[index].rows for part in found.splits) for index in (0, 1)]
    assert totals == [each.rows for each in found.classes]


def test_rows_in_two_splits_are_said(tmp_path: Path) -> None:
    rows = [f"{x},{-x},{x % 2}" for x in range(30)] * 2
    (tmp_path / "twice.csv").write_text("\n".join(["a,b,c", *rows]))
    config = tmp_path / "net.yaml"
    config.write_text(f"data: {{table: {{path: {tmp_path / 'twice.csv'}, target: c}}}}\nmodel: [Flatten]\n")
    found = profile_config(load(config))
    assert found.duplicates == 30
    assert any("of the test split are equal to rows of the training split" in warning for warning in found.warnings)


def test_the_faults_of_a_config_are_at_its_lines(tmp_path: Path) -> None:
    file = table(tmp_path, "77,old,Ulm,no,2024-01-01,more of a text,1,1")
    config = tmp_path / "net.yaml"
    config.write_text(f"data: {{table: {{path: {file}, target: survived}}}}\nmodel: [Flatten]\n")
    [problem] = profile_config(load(config)).problems
    assert problem.message == "column `age` is `old`, which is not a number" and problem.path[:2] == ("data", "table")


def test_the_content_is_ready_for_json(tmp_path: Path) -> None:
    found = profile_file(table(tmp_path), ("survived",)).as_json()
    assert found["classes"][0].keys() == {"name", "rows"} == vars(Count("a", 1)).keys()
    assert found["problems"] == [] and found["examples"][0]["town"]
