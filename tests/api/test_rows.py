"""Rows of a program are read as those of a file."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import nntrain
from nntrain.errors import DataError, MissingPackage

CONFIG = """
data: {table: {path: FILE, target: y, validation: none, test: none, columns: {code: category}}}
model: [Dense: {units: 4, activation: relu}]
train: {epochs: 1}
"""


def rows(count: int = 40) -> pd.DataFrame:
    index = np.arange(count)
    return pd.DataFrame(
        {
            "size": np.where(index % 7, index / 10, np.nan),
            "code": index % 4,
            "color": np.array(["red", "green", "blue, dark"])[index % 3],
            "day": pd.Timestamp("2026-01-31") + pd.to_timedelta(index, unit="D"),
            "y": np.array(["no", "yes"])[index % 2],
        }
    )


@pytest.fixture(scope="module")
def run(fit: Any, tmp_path_factory: pytest.TempPathFactory) -> nntrain.Run:
    file = tmp_path_factory.mktemp("table") / "rows.csv"
    written = rows()
    written["day"] = written["day"].dt.strftime("%d.%m.%Y")
    written.to_csv(file, index=False, sep=";", decimal=",")
    found = nntrain.load(fit(CONFIG.replace("FILE", str(file))).path)
    found.file = file
    return found  # type: ignore[no-any-return]


def test_a_table_is_predicted_as_its_file(run: Any) -> None:
    expected = run.outputs(run.file)
    assert np.array_equal(run.outputs(rows()), expected)
    assert np.array_equal(run.outputs(rows().astype({"code": "category", "color": "category"})), expected)
    assert np.array_equal(run.outputs(rows().astype({"size": "float32"})), expected)


def test_the_columns_are_found_by_name_and_others_are_ignored(run: Any) -> None:
    frame = rows()[["color", "day", "code", "size"]].assign(more=1)
    with pytest.warns(UserWarning, match="^`DataFrame` has columns that .* are ignored: `more`$"):
        found = run.outputs(frame)
    assert np.array_equal(found, run.outputs(run.file))


def test_a_category_that_no_training_row_has_is_a_warning(run: Any) -> None:
    with pytest.warns(UserWarning, match="^column `color` of `DataFrame`: 40 rows with a category that no"):
        run.predict(rows().assign(color="black"))


def test_missing_cells_make_no_other_category(run: Any) -> None:
    frame = rows().iloc[:8]
    expected = run.outputs(frame)
    frame = frame.assign(code=frame["code"].where(frame["code"] != 3))  # floats now: 0.0, 1.0, 2.0
    assert np.array_equal(run.outputs(frame)[:3], expected[:3])
    assert not np.array_equal(run.outputs(frame)[3], expected[3])


def test_rows_without_a_cell_are_predicted_too(run: Any) -> None:
    cells = rows().head(5)
    cells.loc[2:] = None
    assert len(run.predict(cells)) == 5


def test_a_column_that_is_missing_is_named(run: Any) -> None:
    with pytest.raises(DataError) as raised:
        run.predict(rows().drop(columns="color").rename(columns={"size": "sizes"}))
    assert str(raised.value).splitlines()[0] == "error: there is no column `size` in `DataFrame`"
    assert "there is no column `color` in `DataFrame`" in str(raised.value)


def test_a_cell_of_another_type_has_its_place(run: Any) -> None:
    with pytest.raises(DataError, match=r"--> DataFrame:3:1") as raised:
        run.predict(rows().astype({"size": object}).assign(size=lambda frame: ["1", "large", *frame["size"][2:]]))
    assert "nntrain-" not in str(raised.value)


def test_an_array_has_the_columns_of_the_training(run: Any) -> None:
    cells = rows().drop(columns="y").assign(day=lambda frame: frame["day"].dt.strftime("%d.%m.%Y"))
    assert np.array_equal(run.outputs(cells.to_numpy()), run.outputs(run.file))
    cells = cells.astype(object)
    cells.loc[0, "size"] = ""  # a text among numbers, as a missing cell may be one
    assert np.array_equal(run.outputs(cells), run.outputs(run.file))
    with pytest.raises(DataError, match="--> array:2:1"):
        run.predict([["large", 1, "red", "01.02.2026"]])
    with pytest.raises(DataError, match=r"the `array` has the shape \(2,\), but the model expects 4 columns"):
        run.predict(np.ones(2))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (rows(0), "the `DataFrame` has no rows"),
        (pd.DataFrame([[1, 2]], columns=["size", "size"]), "the column `size` is twice in `DataFrame`"),
        (None, "the rows are an object of the type `NoneType`"),
        ([["x", "y"]], "the `array` has the shape (1, 2), but the model expects 4 columns"),
        ("nowhere.csv", "there is no file `nowhere.csv`"),
    ],
)
def test_what_is_no_table_is_an_error(data: Any, message: str, run: Any) -> None:
    with pytest.raises(DataError) as raised:
        run.predict(data)
    assert raised.value.problems[0].message == message


@pytest.mark.parametrize(
    ("data", "help"),
    [
        (rows(2).iloc[0], "give a DataFrame; that of one row is `data.to_frame().T`"),
        (rows(2).to_dict("list"), "give `pandas.DataFrame(data)`, of a dict with lists or a list of dicts"),
        ([1, 2, 3, 4], "give a list of rows; that of one row is `[row]`"),
        ([[1], [2, 3]], "give an array of rows of the same shape"),
        (rows(2).set_axis(range(rows(2).shape[1]), axis=1), "; or give `data.to_numpy()`, in this order"),
    ],
)
def test_rows_in_another_form_are_an_error_that_says_which_form(data: Any, help: str, run: Any) -> None:
    with pytest.raises(DataError) as raised:
        run.predict(data)
    assert raised.value.problems[0].help.endswith(help)


class Foreign:
    """A table of another library, such as Polars: an array of it has no names, and pandas is one call away."""

    def __init__(self, frame: pd.DataFrame, missing: bool = False) -> None:
        self.frame, self.missing = frame, missing

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        return self.frame.to_numpy()

    def to_pandas(self) -> pd.DataFrame:
        if self.missing:
            raise ModuleNotFoundError("pyarrow is required")
        return self.frame


def test_the_columns_of_a_table_of_another_library_are_found_by_name_too(run: Any) -> None:
    expected = run.outputs(run.file)
    other = rows()[["color", "day", "size", "code", "y"]].astype({"color": "category"})
    assert np.array_equal(run.outputs(Foreign(other)), expected)
    assert run.predictions(Foreign(other.head(2)), with_input=True).columns[0] == "color"
    assert run.evaluate(data=Foreign(other)).metrics == run.evaluate(data=run.file).metrics
    with pytest.raises(MissingPackage, match="a table of `tests.api.test_rows` needs the package `pyarrow`"):
        run.predict(Foreign(other, missing=True))


def test_rows_and_their_labels_are_a_pair(run: Any) -> None:
    frame, expected = rows(), run.evaluate(data=run.file).metrics
    x, y = frame.drop(columns="y"), frame["y"]
    texts = x.assign(day=x["day"].dt.strftime("%d.%m.%Y")).to_numpy()
    for pair in ((x, y), (frame, y.to_numpy()), [x, y.to_frame().set_axis(range(len(x)))], (texts, y.tolist())):
        assert run.evaluate(data=pair).metrics == expected
    with pytest.raises(DataError, match=r"the labels have the shape \(3,\), and there are 40 rows(?s:.*)each row: `y`"):
        run.evaluate(data=(x, y[:3]))


def test_arrays_that_do_not_fit_are_errors(fit: Any, tmp_path: Path) -> None:
    x = np.arange(40.0).reshape(20, 2)
    np.savez(tmp_path / "rows.npz", x=x, y=np.arange(20) % 2)
    data = f"{{npz_file: {{path: {tmp_path / 'rows.npz'}, validation: none, test: none}}}}"
    model = "model: [Dense: {units: 4, activation: relu}]\ntrain: {epochs: 1}\n"
    run = nntrain.load(fit(f"data: {data}\n{model}").path)
    assert np.array_equal(run.outputs(x), run.outputs(tmp_path / "rows.npz"))
    with pytest.raises(DataError, match=r"`array` holds rows of the shape \(3,\), but the model expects \(2,\)"):
        run.predict(np.ones((2, 3)))
    with pytest.raises(DataError, match="the rows are no array"):
        run.predict([[1, 2], [3]])
    with pytest.raises(DataError, match="the model expects arrays of 2, not a `DataFrame`"):
        run.evaluate(data=pd.DataFrame({"x": [1.0]}))
    with pytest.raises(DataError, match=r"`data` is no rows with labels: ndarray"):
        run.evaluate(data=np.ones((2, 2)))
    assert run.predict([[1, 2]]).shape == (1,)
    assert Path("DataFrame.csv").exists() is False
