"""diagnosis.json: written by `fit`, read and made again from the files of a run."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from nntrain.doctor.checkup import Diagnosis
from nntrain.doctor.finding import Finding
from nntrain.errors import Diverged, NNTrainError
from nntrain.runs import diagnosis
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.training import divergence


@pytest.fixture
def run(trained: Any, tmp_path: Path) -> RunDir:
    """A copy of a trained run."""
    shutil.copytree(trained("iris").path, tmp_path / "iris")
    return RunDir(tmp_path / "iris")


def test_a_run_is_examined_again_with_the_same_result(run: RunDir) -> None:
    written = run.read_json(run_files.DIAGNOSIS)
    assert diagnosis.of_run(run).as_json() == written
    assert {"train", "validation"} == written["scores"].keys()


def test_without_a_diagnosis_the_saved_model_is_scored(run: RunDir) -> None:
    written = run.read_json(run_files.DIAGNOSIS)
    (run.path / run_files.DIAGNOSIS).unlink()
    again = diagnosis.of_run(run).as_json()
    assert again["scores"] == written["scores"]
    assert again["signs"] == []


def test_a_run_that_was_killed_before_its_first_epoch_is_examined_as_a_config(run: RunDir) -> None:
    for name in (run_files.DIAGNOSIS, run_files.METRICS, run_files.SUMMARY, run_files.MODEL_FACTS):
        (run.path / name).unlink()
    found = diagnosis.of_run(run)
    assert found.scores == {}
    assert "no_better_than_guessing" not in {one.disease for one in found.findings}


def test_a_damaged_diagnosis_is_an_error(run: RunDir) -> None:
    (run.path / run_files.DIAGNOSIS).write_text('{"signs": [{"epoch": "x"}], "scores": {}}')
    with pytest.raises(NNTrainError, match="this is not a run of nntrain"):
        diagnosis.of_run(run)


def test_without_the_doctor_nothing_is_measured(prepare: Any) -> None:
    from dataclasses import replace

    from nntrain.training.run_context import ALONE

    training = prepare("data: iris\nmodel: [{Dense: 3}]\ntrain: {epochs: 1}\n")
    assert diagnosis.observed(None, training, replace(ALONE, doctor=False)) is None  # type: ignore[arg-type]
    assert diagnosis.observed(None, training, replace(ALONE, final=False)) is None  # type: ignore[arg-type]


def test_the_help_of_a_divergence_is_the_line_of_its_likely_cause() -> None:
    symptom = Finding("error", "a", set=("train.epochs=1",), symptom=True, disease="not_finite")
    cause = Finding("error", "b", set=("train.loss=mae", "train.epochs=2"), disease="wrong_loss")
    error = Diverged("the loss is nan", help=divergence.DEFAULT)
    found = diagnosis.with_cause(error, Diagnosis([symptom, cause], {}), RunDir(Path("r")))
    help = "the likely cause is `wrong_loss`: write `--set 'train.loss=mae' --set 'train.epochs=2'`"
    assert found.problems[0].help == help
    assert diagnosis.with_cause(error, Diagnosis([symptom], {}), RunDir(Path("r"))) is error
    known = Diverged("the loss is nan", help="the inputs go up to 1e9")
    assert diagnosis.with_cause(known, Diagnosis([cause], {}), RunDir(Path("r"))) is known
