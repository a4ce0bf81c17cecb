"""`eval` of a group: the mean over its runs, and simple models that were fitted to the same rows."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.cli.requests import Evaluate, Fit
from nntrain.errors import ConfigError, NNTrainError
from nntrain.evaluation import evaluate
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

CONFIG = """
data: {toy_2d: {kind: moons, size: 90, noise: 0.3}}
model: [{Dense: {units: 4, activation: relu}}]
train: {epochs: 2}
"""


@pytest.fixture(scope="module")
def folds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("folds")
    (folder / "net.yaml").write_text(CONFIG)
    asked = {"no_plots": True, "no_report": True, "no_doctor": True}
    request = Fit(config=str(folder / "net.yaml"), folds=3, runs_dir=folder / "runs", device="cpu", **asked)
    request.run(Terminal(quiet=True))
    return folder / "runs"


def printed(folds: Path, capsys: pytest.CaptureFixture[str], **asked: Any) -> dict[str, Any]:
    Evaluate(name="net", runs_dir=folds, device="cpu", **asked).run(Terminal(as_json=True))
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_models_are_compared_over_the_folds(folds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(folds, capsys, baselines=True)
    each = [evaluate.evaluate(RunDir(folds / "net" / f"fold-{fold}"), None, True) for fold in (1, 2, 3)]
    assert (found["split"], found["runs"], found["score"]) == ("test", 3, "accuracy")
    assert sum(one.rows for one in each) == 90  # every row is scored once
    losses = [one.metrics["loss"] for one in each]
    assert found["metrics"]["loss"]["mean"] == pytest.approx(np.mean(losses))
    assert found["metrics"]["loss"]["sd"] == pytest.approx(np.std(losses, ddof=1))
    assert found["models"]["net"]["mean"] == pytest.approx(np.mean([one.value for one in each]))
    for place, baseline in enumerate(each[0].baselines):
        scores = [one.baselines[place].score for one in each]
        assert found["models"][baseline.name]["mean"] == pytest.approx(np.mean(scores))
    assert len(found["models"]) == 1 + len(each[0].baselines)


def test_another_split_is_scored_where_it_is_asked_for(folds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(folds, capsys, split="validation")
    assert found["split"] == "validation" and list(found["models"]) == ["net"]


@pytest.mark.parametrize("option", ["plot", "importance"])
def test_what_is_of_one_run_is_refused_with_the_name_of_one(folds: Path, option: str) -> None:
    with pytest.raises(ConfigError, match=f"`--{option}` is for one run") as raised:
        Evaluate(name="net", runs_dir=folds, device="cpu", **{option: True}).run(Terminal(quiet=True))
    assert "net/fold-1" in raised.value.problems[0].help


def test_a_run_that_failed_is_left_out_and_a_group_that_was_killed_is_refused(
    folds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folds, tmp_path / "runs")
    group = RunDir(tmp_path / "runs" / "net")
    summary = group.read_json(run_files.SUMMARY)
    del summary["runs"]["fold-2"]
    group.write_json(run_files.SUMMARY, summary)
    assert printed(tmp_path / "runs", capsys)["runs"] == 2
    (group.path / run_files.SUMMARY).unlink()
    with pytest.raises(NNTrainError, match="has not ended"):
        printed(tmp_path / "runs", capsys)
