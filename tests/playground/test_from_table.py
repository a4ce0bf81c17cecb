from pathlib import Path

import pytest

from nntrain.errors import ConfigError, DataError
from nntrain.playground import compose
from nntrain.playground.from_table import base_of


def table(folder: Path, head: str, *rows: str) -> Path:
    path = folder / "t.csv"
    path.write_text("\n".join([head, *rows, ""]))
    return path


def people(folder: Path) -> Path:
    rows = (
        f"{20 + row % 31},{row * 1.5 % 17:.1f},{'red' if row % 3 else 'blue'},{row % 7},{row % 2}" for row in range(60)
    )
    return table(folder, "age,fare,color,class,alive", *rows)


def test_two_numeric_columns_are_x_and_y_and_the_last_column_is_predicted(tmp_path: Path) -> None:
    found = base_of(people(tmp_path), None)
    assert (found.settings.columns, found.columns) == (("age", "fare"), ("age", "fare", "class"))
    assert (found.name, found.target) == ("t.csv", "alive") and "`--target COLUMN` names another one" in found.notes[0]
    data = compose.tree(found, found.settings, 3)["data"]["table"]
    assert data["columns"] == {"age": "numeric", "fare": "numeric", "...": "drop"}
    assert (data["target"], data["features"], data["test"]) == ("alive", ["x", "y"], "none")
    assert compose.config(found, found.settings, 3).warnings == ()


@pytest.mark.parametrize(
    ("target", "outputs"),
    [
        ("alive", ({"Dense": {"units": 1, "activation": "sigmoid"}},)),
        ("color", ({"Dense": {"units": 1, "activation": "sigmoid"}},)),
        ("fare", ({"Dense": {"units": 1}}, "TargetNormalization")),
    ],
)
def test_the_output_layer_fits_the_target(tmp_path: Path, target: str, outputs: object) -> None:
    assert base_of(people(tmp_path), target).outputs == outputs


def test_one_numeric_column_is_too_few(tmp_path: Path) -> None:
    path = table(tmp_path, "a,word,y", *(f"{row % 13},{'pq'[row % 2]},{row % 2}" for row in range(40)))
    with pytest.raises(
        DataError, match="has one numeric column, `a`, beside the target `y`, and the playground needs two"
    ):
        base_of(path, None)


def test_words_in_every_column_are_too_many(tmp_path: Path) -> None:
    path = table(tmp_path, "a,b,y", *(f"{'mn'[row % 2]},{'pqr'[row % 3]},{row % 2}" for row in range(40)))
    with pytest.raises(DataError, match="has no numeric column beside the target"):
        base_of(path, None)


def test_an_unknown_target_and_too_many_classes(tmp_path: Path) -> None:
    path = table(tmp_path, "a,b,y", *(f"{row * 1.5},{row % 13},w{row % 12}" for row in range(60)))
    with pytest.raises(ConfigError, match="there is no column `z`"):
        base_of(path, "z")
    with pytest.raises(DataError, match="has 12 classes, and the playground 8 colors"):
        base_of(path, None)


def test_a_column_that_only_numbers_the_rows_is_neither_x_nor_y(tmp_path: Path) -> None:
    path = table(tmp_path, "id,a,b,y", *(f"{row}.0,{row % 7},{row % 5},{row % 2}" for row in range(40)))
    assert base_of(path, None).settings.columns == ("a", "b")
