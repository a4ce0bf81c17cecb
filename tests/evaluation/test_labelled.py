"""A trained model is scored on a new file: like rows of the test split that are written to one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.load import load
from nntrain.data.dataset import load_data
from nntrain.data.examples import Split
from nntrain.errors import DataError
from nntrain.evaluation.evaluate import evaluate_file
from nntrain.evaluation.labelled import read_labelled
from nntrain.model.restore import load_model
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir

Trained = Callable[[str], RunDir]


def rows_of(run: RunDir) -> Split:
    """The test split of a run."""
    split = load_data(load(run.path / run_files.RESOLVED)).test
    assert split is not None
    return split


def write_csv(run: RunDir, file: Path, label: str = "") -> None:
    """Write the test split as a CSV file, its columns in another order and with an id."""
    schema, split = load_model(run).resolved.schema, rows_of(run)
    names = [schema.classes[index] for index in split.y] if schema.classes else split.y[:, 0].tolist()
    header = [label or schema.targets[0], *reversed(schema.features)]
    rows = zip(names, np.asarray(split.x[:]).tolist(), strict=True)
    file.write_text("\n".join([",".join(header), *(",".join(map(str, [y, *reversed(x)])) for y, x in rows), ""]))


@pytest.mark.parametrize(("name", "label"), [("iris", "species"), ("moons", "side"), ("plane", "")])
def test_a_csv_file_with_the_test_rows_has_the_scores_of_the_test_split(
    name: str, label: str, trained: Trained, tmp_path: Path
) -> None:
    run = trained(name)
    write_csv(run, tmp_path / "new.csv", label)
    found = evaluate_file(run, tmp_path / "new.csv", with_baselines=False)
    assert (found.split, found.rows) == (str(tmp_path / "new.csv"), len(rows_of(run)))
    assert found.metrics == run.read_json(run_files.SUMMARY)["metrics"]["test"]


@pytest.fixture(scope="module")
def table(fit: Any, tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    """A run on a CSV file that is gone, with a semicolon between its cells and classes that are numbers."""
    file = tmp_path_factory.mktemp("table") / "rows.csv"
    file.write_text("a;b;kind\n" + "".join(f"{i % 5};{i % 3};{-1 if i % 2 else 7}\n" for i in range(40)))
    text = f"data: {{table: {{path: {file}, target: kind, separator: ';'}}}}\nmodel: [Normalization]\n"
    run = fit(text + "train: {epochs: 1}\n")
    file.unlink()
    return run  # type: ignore[no-any-return]


def test_the_rows_may_lack_classes_and_have_other_columns_and_the_training_rows_may_be_gone(
    table: RunDir, tmp_path: Path
) -> None:
    (tmp_path / "new.csv").write_text("id;kind;b;a\nx1;7;1;2\nx2;7;0;3\n")
    split = read_labelled(load_model(table), tmp_path / "new.csv")
    assert load_model(table).resolved.schema.classes == ("-1", "7")
    assert split.x[:].tolist() == [[2, 1], [3, 0]] and split.y.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a;b\n1;2\n", "there is no column `kind`"),
        ("a;kind\n1;7\n", "there is no column `b`"),
        ("a;b;kind\n1;2;3\n", "column `kind` is `3`, which is not one of the classes"),
        ("a;b;kind\n1;x;7\n", "column `b` is `x`, which is not a number"),
    ],
)
def test_rows_that_do_not_fit_are_refused_without_a_path_in_a_config(
    text: str, message: str, table: RunDir, tmp_path: Path
) -> None:
    (tmp_path / "new.csv").write_text(text)
    with pytest.raises(DataError) as raised:
        read_labelled(load_model(table), tmp_path / "new.csv")
    problem = raised.value.problems[0]
    assert problem.message.startswith(message) and problem.path == () and problem.help


def test_a_source_without_a_label_column_needs_one_other_column(trained: Trained, tmp_path: Path) -> None:
    saved = load_model(trained("moons"))
    for header, found in (("x,y", "it has none"), ("x,y,a,b", "it has `a`, `b`")):
        (tmp_path / "new.csv").write_text(f"{header}\n1,2,positive,z\n")
        with pytest.raises(DataError, match=f"one column beside the features, that of the classes; {found}"):
            read_labelled(saved, tmp_path / "new.csv")


@pytest.fixture(scope="module")
def arrays(fit: Any, tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    """A run on pixels in an npz file."""
    file = tmp_path_factory.mktemp("arrays") / "images.npz"
    x = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 1), dtype="uint8")
    np.savez(file, x=x, y=np.arange(40) % 3)
    text = f"data: {{npz_file: {{path: {file}}}}}\nmodel: [Flatten, {{Rescaling: 1/255}}]\ntrain: {{epochs: 1}}\n"
    return fit(text)  # type: ignore[no-any-return]


def test_arrays_are_read_in_the_dtype_of_the_training(arrays: RunDir, tmp_path: Path) -> None:
    split, saved = rows_of(arrays), load_model(arrays)
    x, y = np.asarray(split.x), split.y
    np.savez(tmp_path / "new.npz", x=x.reshape(len(x), 16).astype("float64"), y=y)
    np.savez(tmp_path / "test.npz", x_test=x, y_test=y)
    for name in ("new.npz", "test.npz"):
        found = read_labelled(saved, tmp_path / name)
        assert found.x.dtype == np.uint8 and (found.x == x).all() and (found.y == y).all()
    metrics = evaluate_file(arrays, tmp_path / "new.npz", with_baselines=False).metrics
    assert metrics == arrays.read_json(run_files.SUMMARY)["metrics"]["test"]


def test_arrays_that_do_not_fit_are_refused(arrays: RunDir, tmp_path: Path) -> None:
    saved, file = load_model(arrays), tmp_path / "new.npz"
    for message, content in {
        "is not the index of one of 3 classes": {"x": np.zeros((1, 4, 4, 1), "uint8"), "y": np.array([3])},
        "holds rows of the shape": {"x": np.zeros((1, 5), "uint8"), "y": np.array([0])},
        "are not pixels": {"x": np.full((1, 16), 0.5), "y": np.array([0])},
        "there is no array `y`": {"x": np.zeros((1, 16), "uint8")},
    }.items():
        np.savez(file, **content)
        with pytest.raises(DataError, match=message):
            read_labelled(saved, file)


def test_images_are_in_folders_of_some_of_the_classes(fit: Any, tmp_path: Path) -> None:
    from PIL import Image

    for folder in ("old/a", "old/b", "new/b"):
        (tmp_path / folder).mkdir(parents=True)
        for number in range(10):
            grey = (10 if folder[-1] == "a" else 240) + number
            Image.new("L", (8, 8) if folder == "new/b" else (4, 4), grey).save(tmp_path / folder / f"{number}.png")
    images = f"image_folder: {{path: {tmp_path / 'old'}, color_mode: grayscale, image_size: 4}}"
    saved = load_model(fit(f"data: {{{images}}}\nmodel: [Flatten]\ntrain: {{epochs: 1}}\n"))
    split = read_labelled(saved, tmp_path / "new")
    assert split.x.shape == (10, 4, 4, 1) and split.y.tolist() == [1] * 10
    (tmp_path / "new/b").rename(tmp_path / "new/c")
    with pytest.raises(DataError, match="the classes of .* are `c`, the training has `a`, `b`"):
        read_labelled(saved, tmp_path / "new")


def test_images_are_named_by_a_table_like_that_of_the_run(fit: Any, tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    for number in range(20):
        Image.new("L", (4, 4), 12 * number).save(tmp_path / f"old/{number}.png")
    rows = "".join(f"{number},{'dark' if number < 10 else 'light'}\n" for number in range(20))
    (tmp_path / "labels.csv").write_text(f"id,shade\n{rows}")
    options = f"path: {tmp_path / 'old'}, labels: {tmp_path / 'labels.csv'}, color_mode: grayscale"
    saved = load_model(fit(f"data: {{image_folder: {{{options}}}}}\nmodel: [Flatten]\ntrain: {{epochs: 1}}\n"))
    assert read_labelled(saved, tmp_path / "labels.csv").y.tolist() == [0] * 10 + [1] * 10
    Image.new("L", (4, 4), 200).save(tmp_path / "new/x.png")
    (tmp_path / "new/more.csv").write_text("id,shade\nx.png,light\n")
    assert read_labelled(saved, tmp_path / "new/more.csv").y.tolist() == [1]
    (tmp_path / "new/more.csv").write_text("id,shade\nz.png,light\n")
    with pytest.raises(DataError, match=r"there is no image `z.png` in `.*old`"):
        read_labelled(saved, tmp_path / "new/more.csv")
