"""What a run in Python predicts, scores and shows is what the commands print."""

import pickle
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


def test_load_of_what_is_no_run_is_the_error_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError) as raised:
        nntrain.load("folder", tmp_path)
    assert str(raised.value) == f"error: unknown run `folder`\n help: `nntrain runs` lists the runs in `{tmp_path}`"
