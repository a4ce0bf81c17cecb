"""What `init` finds in a table, and the options that it needs."""

from pathlib import Path

import pytest

from nntrain.beginning.table import columns_of, cure_of, look, named_targets
from nntrain.data.sources import table
from nntrain.errors import ConfigError, DataError

HEADER = "id,age,when,code,fare,live\n"


def file(folder: Path, *cells: str) -> Path:
    """A table of twenty rows; the cells are those of the first rows."""
    rows = [*cells, *(f"{r},{r % 5}.5,2020-01-{r % 28 + 1:02},{r % 3},{r * 2},{r % 2}" for r in range(len(cells), 20))]
    (folder / "data.csv").write_text(HEADER + "\n".join(rows) + "\n")
    return folder / "data.csv"


def test_words_for_an_empty_cell_are_named_and_the_table_can_be_read(tmp_path: Path) -> None:
    path = file(tmp_path, "0,NA,2020-01-03,1,4,1", "1,?,2020-01-05,2,--,0")
    assert set(cure_of(path, ["live"]).missing) == {"NA", "?", "--"}
    facts = look(path, ["live"], "data.csv")
    assert set(facts.data["table"]["missing"]) == {"NA", "?", "--"}
    assert facts.classes == ("0", "1")


def test_a_column_of_numbers_and_words_becomes_one_of_categories(tmp_path: Path) -> None:
    path = file(tmp_path, "0,old,2020-01-03,1,4,1", "1,NA,2020-01-03,1,4,1")
    cure = cure_of(path, ["live"])
    assert (cure.missing, cure.columns) == (("NA",), {"age": "category"})
    assert table.load(table.Options(path=str(path), target="live", **cure.options())).found


def test_a_table_that_needs_nothing_gets_no_option(tmp_path: Path) -> None:
    path = file(tmp_path)
    assert cure_of(path, ["live"]).options() == {}
    assert list(look(path, ["fare", "age"], "x/data.csv").data["table"]) == [
        "path", "target", "task", "validation", "test",
    ]  # fmt: skip


def test_the_notes_name_the_columns_by_kind_and_those_left_out(tmp_path: Path) -> None:
    first, second = look(file(tmp_path), ["live"], "data.csv").notes
    assert first == "20 rows. The columns are numeric: age, code, fare; date: when."
    assert second.startswith("Left out are id (identifier).")


def test_a_row_without_its_target_is_an_error_that_names_no_place_of_a_config(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        look(file(tmp_path, "0,1,2020-01-03,1,4,"), ["live"], "data.csv")
    assert "the target `live` is empty" in str(caught.value)
    assert "data.table" not in str(caught.value)


def test_a_target_that_is_not_there_gets_the_nearest_name(tmp_path: Path) -> None:
    known = columns_of(path := file(tmp_path))
    assert named_targets(path, known, ["live", "age", "live"]) == ("live", "age")
    with pytest.raises(ConfigError) as caught:
        named_targets(path, known, ["lives"])
    assert caught.value.problems[0].help == "write `--target live`"
    with pytest.raises(ConfigError) as caught:
        named_targets(path, known, ["quantity"])
    assert caught.value.problems[0].help.startswith("its columns are `id`, `age`")
