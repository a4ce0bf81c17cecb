"""What a run in Python predicts, scores and shows is what the commands print."""

import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import nntrain
from nntrain.cli.requests import Evaluate, Predict
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal

IRIS = Path(nntrain.__file__).parent / "data" / "sources" / "iris.csv"
ROW = [[5.1, 3.5, 1.4, 0.2]]


@pytest.fixture(scope="module")
def run(trained: Any) -> nntrain.Run:
    found = nntrain.load(trained("iris").path)
    assert isinstance(found, nntrain.Run)
    return found


def test_predictions_are_those_of_the_command(run: nntrain.Run, capsys: pytest.CaptureFixture[str]) -> None:
    Predict(name=str(run.path), file=IRIS, device="cpu").run(Terminal())
    lines = capsys.readouterr().out.splitlines()[1:]
    with pytest.warns(UserWarning, match="iris.csv` has columns .* which are ignored: `species`"):
        pairs = list(zip(run.predict(IRIS), run.predict_proba(str(IRIS)), strict=True))
    assert lines == [f"{name},{','.join(f'{value:.7g}' for value in row)}" for name, row in pairs]


def test_evaluate_is_that_of_the_command(run: nntrain.Run, capsys: pytest.CaptureFixture[str]) -> None:
    Evaluate(name=str(run.path), split="validation", device="cpu").run(Terminal())
    found = run.evaluate("validation", importance=True)
    assert len(found.importance) == 4 and set(found.metric_intervals) <= set(found.metrics)
    assert found.metrics == run.metrics["validation"]
    assert f"accuracy {found.value:.4f}, 95 % interval" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="`data` and `split` exclude each other"):
        run.evaluate("test", IRIS)


def test_other_rows_are_scored_from_a_file_a_table_and_arrays(run: nntrain.Run) -> None:
    frame = pd.read_csv(IRIS)
    found = run.evaluate(data=frame)
    assert (found.split, found.rows) == ("DataFrame", 150)
    assert found.metrics == run.evaluate(data=IRIS).metrics


def test_the_history_has_the_numbers_of_the_file(run: nntrain.Run, trained: Any) -> None:
    rows = trained("iris").read_rows()
    assert run.history["val_loss"].tolist() == [float(row["val_loss"]) for row in rows]
    assert run.history["epoch"].tolist() == list(range(1, len(rows) + 1))


def test_a_run_is_short_and_can_be_pickled(run: nntrain.Run) -> None:
    assert repr(run).startswith(f"nntrain.Run('{run.path}', validation loss ")
    again = pickle.loads(pickle.dumps(run))
    assert np.array_equal(again.predict_proba(ROW), run.predict_proba(ROW))
    assert run.config["train"]["batch_size"] == 10
    assert run.model.predict(np.ones((1, 4), "float32"), verbose=0).shape == (1, 3)


def test_a_notebook_shows_numbers_and_plots(run: nntrain.Run) -> None:
    page = run._repr_html_()
    assert page.count("<img ") == 2 and "<th>accuracy</th>" in page


def test_a_regression_predicts_numbers_and_no_probabilities(trained: Any) -> None:
    run = nntrain.load(trained("plane").path)
    x = np.array([[0.5, 1.0], [0.0, 0.0]])
    assert run.predict(x).shape == (2,) and run.predict(x).dtype == np.float32
    assert np.array_equal(run.outputs(x)[:, 0], run.predict(x))
    with pytest.raises(ConfigError, match="predicts numbers, not probabilities"):
        run.predict_proba(x)
    assert run.evaluate(data=(x, np.array([1.0, 2.0]))).rows == 2


def test_the_table_of_predictions_is_the_one_that_the_command_writes(run: nntrain.Run, tmp_path: Path) -> None:
    frame = pd.read_csv(IRIS).drop(columns="species").iloc[::30].set_index(pd.Index(list("abcde")))
    frame.to_csv(tmp_path / "rows.csv", index=False)
    asked: dict[str, Any] = {"with_input": True, "top": 2, "mc_dropout": 3}
    Predict(name=str(run.path), file=tmp_path / "rows.csv", output=tmp_path / "out.csv", device="cpu", **asked).run(
        Terminal(quiet=True)
    )
    written = pd.read_csv(tmp_path / "out.csv")
    found = run.predictions(frame, **asked)
    assert list(found.columns) == list(written.columns) and list(found.index) == list("abcde")
    assert found["class_1"].tolist() == written["class_1"].tolist()
    assert np.allclose(found["probability_2"], written["probability_2"], rtol=1e-6)
    assert run.predictions(frame.to_numpy(), top=1).shape == (5, 3)
    assert run.predictions(tmp_path / "rows.csv").columns.tolist()[0] == "class"
    with pytest.raises(ConfigError, match="`top` is 1 or more, got `0`"):
        run.predictions(frame, top=0)
    with pytest.raises(ConfigError, match="`--top 4` is more than the 3 classes of the run"):
        run.predictions(frame, top=4)


def test_a_column_of_the_input_keeps_its_name(run: nntrain.Run) -> None:
    frame = pd.read_csv(IRIS).rename(columns={"species": "class"}).iloc[:2]
    with pytest.warns(UserWarning, match="are ignored: `class`"):
        found = run.predictions(frame, with_input=True)
    assert [name for name in found if "class" in name] == ["class", "predicted_class"]


def test_a_notebook_shows_scores_and_the_plots_of_the_rows(run: nntrain.Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "iris")
    own = nntrain.load("iris", tmp_path, device="cpu")
    found = own.evaluate(data=pd.read_csv(IRIS), plot=True)
    assert [path.name for path in found.plots][-1] == "confusion_matrix-DataFrame.png"
    page = found._repr_html_()
    assert page.count("<img ") == len(found.plots) and "precision" in page and "DataFrame, 150 rows" in page
    assert repr(found).startswith("DataFrame, 150 rows: loss ")


def test_a_run_is_a_path(run: nntrain.Run) -> None:
    assert os.fspath(run) == str(run.path) and nntrain.load(run).path == run.path
