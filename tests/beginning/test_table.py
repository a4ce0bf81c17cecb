"""What `init` finds in a table, and the options that it needs."""

import shlex
from pathlib import Path

import pytest

from nntrain.beginning.table import columns_of, look, named_targets
from nntrain.errors import ConfigError, DataError

HEADER = "id,age,when,code,fare,live\n"


def file(folder: Path, *cells: str) -> Path:
    """A table of twenty rows; the cells are those of the first rows."""
    rows = [*cells, *(f"{r},{r % 5}.5,2020-01-{r % 28 + 1:02},{r % 3},{r * 2},{r % 2}" for r in range(len(cells), 20))]
    (folder / "data.csv").write_text(HEADER + "\n".join(rows) + "\n")
    return folder / "data.csv"


def test_a_table_that_needs_nothing_gets_no_option(tmp_path: Path) -> None:
    facts = look(file(tmp_path), ["fare", "age"], "x/data.csv")
    assert list(facts.data["table"]) == ["path", "target", "task", "validation", "test"]
    assert facts.data["table"]["path"] == "x/data.csv"


def test_the_options_that_it_needs_are_in_the_config_and_in_the_notes(tmp_path: Path) -> None:
    facts = look(file(tmp_path, "0,old,2020-01-03,1,4,1", "1,?,2020-01-05,2,-,0"), ["live"], "data.csv")
    assert facts.data["table"]["missing"] == ["-", "?"]
    assert facts.data["table"]["columns"] == {"age": "category"}
    assert "The column `age` is read as categories" in facts.notes[-1]


def test_a_target_with_one_class_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,y\n" + "".join(f"{row},yes\n" for row in range(20)))
    with pytest.raises(DataError, match="the target `y` holds `yes` in every row"):
        look(path, ["y"], "data.csv")


def test_rows_too_few_to_share_out_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,b,y\n1,2,k\n2,1,l\n3,5,k\n4,4,l\n")
    with pytest.raises(DataError, match="has 4 rows, too few for a training, a validation and a test split"):
        look(path, ["y"], "data.csv")


def test_the_notes_name_the_columns_by_kind_and_those_left_out(tmp_path: Path) -> None:
    first, second = look(file(tmp_path), ["live"], "data.csv").notes
    assert first == "20 rows. The columns are numeric: age, code, fare; date: when."
    assert second.startswith("Left out are id (identifier).")


def test_a_row_without_its_target_is_left_out(tmp_path: Path) -> None:
    facts = look(file(tmp_path, "0,1,2020-01-03,1,4,"), ["live"], "data.csv")
    assert facts.data["table"]["missing_target"] == "skip" and "1 row without `live` left out." in facts.notes


def test_a_target_without_a_value_is_an_error_that_names_no_place_of_a_config(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,live\n" + "".join(f"{row},\n" for row in range(20)))
    with pytest.raises(DataError) as caught:
        look(tmp_path / "data.csv", ["live"], "data.csv")
    assert "the target `live` is empty in 20 of 20 rows" in str(caught.value)
    assert "data.table" not in str(caught.value)


def test_a_target_that_is_not_there_gets_the_nearest_name(tmp_path: Path) -> None:
    known = columns_of(path := file(tmp_path))
    assert named_targets(path, known, ["live", "age", "live"]) == ("live", "age")
    with pytest.raises(ConfigError) as caught:
        named_targets(path, known, ["lives"])
    assert caught.value.problems[0].help == "write `--target live`"
    with pytest.raises(ConfigError) as caught:
        named_targets(path, ["age", "'alive'", "live in"], ["alive"])
    assert shlex.split(caught.value.problems[0].help.split("`")[1]) == ["--target", "'alive'"]  # as a shell reads it
    with pytest.raises(ConfigError) as caught:
        named_targets(path, known, ["quantity"])
    assert caught.value.problems[0].help.startswith("its columns are `id`, `age`")


def test_counts_are_offered_and_written_where_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,visits\n" + "".join(f"{row},{row * row % 23}\n" for row in range(60)))
    facts = look(path, ["visits"], "data.csv")
    assert (facts.data["table"]["task"], facts.counts) == ("regression", False)
    assert facts.comments["task"].startswith("`init --task counts`")
    facts = look(path, ["visits"], "data.csv", "counts")
    assert (facts.data["table"]["task"], facts.counts) == ("counts", True)
    with pytest.raises(ConfigError, match="a classification has one target, got `a`, `visits`"):
        look(path, ["a", "visits"], "data.csv", "classification")
    with pytest.raises(DataError, match="is no count"):
        path.write_text(path.read_text() + "9,-1\n")
        look(path, ["visits"], "data.csv", "counts")


def test_classes_of_two_rows_have_no_test_split(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,y\n" + "".join(f"{row},c{row // 2}\n" for row in range(60)))
    facts = look(tmp_path / "data.csv", ["y"], "data.csv")
    assert facts.data["table"]["test"] == "none" and facts.data["table"]["validation"] == 0.2
    assert facts.notes[-1] == "No class has more than 2 rows, so there is no test split."
    (tmp_path / "data.csv").write_text("a,y\n" + "".join(f"{row},c{row}\n" for row in range(8)))
    with pytest.raises(DataError, match="no class has more than 1 row"):
        look(tmp_path / "data.csv", ["y"], "data.csv")
