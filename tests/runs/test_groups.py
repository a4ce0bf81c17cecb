"""One experiment over seeds and over folds: ordinary runs in a folder, and the statistics of all."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.cli.requests import Fit
from nntrain.config.load import load
from nntrain.errors import ConfigError, NNTrainError
from nntrain.model.restore import load_model
from nntrain.runs import groups, member_runner
from nntrain.runs.group_config import GroupConfig
from nntrain.runs.member_runner import MemberRunner
from nntrain.storage import run_files
from nntrain.storage.find_runs import find_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.prepare import prepare
from tests.conftest import BARE

TEXT = """
data: {table: {path: points.csv, target: side, encode: false}}
model: [{Dense: {units: 1, activation: sigmoid}}]
train: {epochs: 1, batch_size: full}
"""


def written(folder: Path, text: str = TEXT) -> str:
    """Write a config and its data in a folder other than the current one."""
    random = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{'left' if a < b else 'right'}" for a, b in random.normal(size=(30, 2))]
    (folder / "points.csv").write_text("\n".join(["u,v,side", *rows]) + "\n")
    (folder / "net.yaml").write_text(text)
    return str(folder / "net.yaml")


def request(
    config: str, runs: Path, seeds: str | None = None, folds: int | None = None, seed: int | None = None
) -> Fit:
    asked = {"seed": seed, "seeds": seeds, "folds": folds}
    return Fit(config=config, **asked, no_stack=True, no_plots=True, runs_dir=runs, device="cpu")


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeds")
    request(written(folder), folder / "runs", seeds="3,0").run(Terminal(quiet=True))
    return folder / "runs" / "net"


def test_each_seed_is_an_ordinary_run_in_the_folder_of_the_group(seeds: Path) -> None:
    names = ["config.yaml", "group.json", "report.html", "seed-0", "seed-3", "summary.json"]
    assert sorted(path.name for path in seeds.iterdir()) == names
    summary = json.loads((seeds / "summary.json").read_text())
    assert summary["kind"] == "seeds" and summary["failed"] == {} and list(summary["runs"]) == ["seed-3", "seed-0"]
    assert (seeds / "config.yaml").read_text() == TEXT
    for seed in (0, 3):
        child = RunDir(seeds / f"seed-{seed}")
        assert child.read_json(run_files.SUMMARY)["metrics"] == summary["runs"][f"seed-{seed}"]["metrics"]
        assert load(child.path / run_files.RESOLVED).experiment.seed == seed
        assert child.model.is_file() and f"seed-{seed}" in (child.path / run_files.LOG).read_text()


def test_a_run_that_shares_the_program_of_the_one_before_has_the_bits_of_one_trained_alone(seeds: Path) -> None:
    request(str(seeds.parents[1] / "net.yaml"), seeds.parents[1] / "alone", seed=0).run(Terminal(quiet=True))
    alone, shared = RunDir(seeds.parents[1] / "alone" / "net"), RunDir(seeds / "seed-0")
    assert [{**row, "seconds": ""} for row in shared.read_rows()] == [
        {**row, "seconds": ""} for row in alone.read_rows()
    ]
    assert shared.read_json(run_files.SUMMARY)["metrics"] == alone.read_json(run_files.SUMMARY)["metrics"]
    for ours, theirs in zip(*(load_model(each).model.get_weights() for each in (shared, alone)), strict=True):
        assert np.array_equal(ours, theirs)


def test_runs_of_a_large_network_share_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configs = {f"seed-{seed}": load(written(tmp_path), [f"seed={seed}"]) for seed in (1, 2)}
    runner = MemberRunner()
    one, two = (runner.context_of(prepare(config), BARE).programs for config in configs.values())
    assert one is two is not None
    monkeypatch.setattr(member_runner, "MOST_REUSED", 2)  # of 3 weights
    assert runner.context_of(prepare(configs["seed-2"]), BARE) is BARE


def test_the_statistics_are_those_of_numpy_on_the_single_summaries(seeds: Path) -> None:
    summary = json.loads((seeds / "summary.json").read_text())
    for split in ("train", "validation", "test"):
        for metric in ("loss", "accuracy"):
            values = [run["metrics"][split][metric] for run in summary["runs"].values()]
            found = summary["statistics"][split][metric]
            reach = 12.706204736432095 * np.std(values, ddof=1) / math.sqrt(2)  # Student's t for one degree
            assert found["mean"] == pytest.approx(np.mean(values)) and found["count"] == 2
            assert found["sd"] == pytest.approx(np.std(values, ddof=1))
            highest = 1.0 if metric == "accuracy" else math.inf
            assert found["low"] == pytest.approx(max(np.mean(values) - reach, 0.0))
            assert found["high"] == pytest.approx(min(np.mean(values) + reach, highest))
    assert len({run["metrics"]["train"]["loss"] for run in summary["runs"].values()}) == 2


def test_a_group_is_not_one_run_and_its_runs_are_named(seeds: Path) -> None:
    with pytest.raises(ConfigError, match="is a group of runs") as raised:
        find_run(seeds.parent, "net")
    assert "net/seed-0" in raised.value.problems[0].help
    assert find_run(seeds.parent, "net/seed-3").path == seeds / "seed-3"


def test_a_run_over_folds_scores_each_fold(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    request(written(tmp_path), runs, folds=2).run(Terminal(quiet=True))
    summary = json.loads((runs / "net" / "summary.json").read_text())
    assert summary["kind"] == "folds" and list(summary["runs"]) == ["fold-1", "fold-2"]
    assert [run["rows"]["test"] for run in summary["runs"].values()] == [15, 15]


def test_a_run_that_fails_is_reported_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second experiment diverges at once."""
    good = load(written(tmp_path))
    bad = load(tmp_path / "net.yaml", ["train.optimizer={SGD: {learning_rate: 1.0e+38}}", "train.batch_size=1"])
    place = RunDir.create(tmp_path / "runs", "net")
    both = GroupConfig("seeds", {"seed-1": good, "seed-2": bad})
    groups.run_all(groups.members_of(both, place, Terminal(as_json=True)))
    summary = place.read_json(run_files.SUMMARY)
    assert list(summary["runs"]) == ["seed-1"] and list(summary["failed"]) == ["seed-2"]
    assert "the training diverged in epoch" in summary["failed"]["seed-2"]
    accuracy = summary["statistics"]["test"]["accuracy"]
    assert accuracy == {
        "mean": summary["runs"]["seed-1"]["metrics"]["test"]["accuracy"],
        "sd": None,
        "low": None,
        "high": None,
        "count": 1,
    }
    out, err = capsys.readouterr()
    assert "seed-2 failed: the training diverged" in err
    *epochs, failed = map(json.loads, out.splitlines())
    assert {event["run"] for event in epochs} == {f"{place}/seed-1"}
    assert (failed["event"], failed["run"]) == ("failed", f"{place}/seed-2")
    assert failed["message"] == summary["failed"]["seed-2"]
    assert (place.path / "seed-2" / run_files.ENVIRONMENT).is_file()


def test_when_all_runs_fail_the_group_fails(tmp_path: Path) -> None:
    bad = load(written(tmp_path), ["train.optimizer={SGD: {learning_rate: 1.0e+38}}", "train.batch_size=1"])
    place = RunDir.create(tmp_path / "runs", "net")
    with pytest.raises(NNTrainError, match="the one run failed: the training diverged") as raised:
        groups.run_all(groups.members_of(GroupConfig("seeds", {"seed-1": bad}), place, Terminal(quiet=True)))
    assert raised.value.exit_code == 1
    assert "`--set 'train.optimizer.SGD.learning_rate=" in raised.value.problems[0].help


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"seeds": "2", "folds": 2}, "`--seeds` and `--folds` exclude each other"),
        ({"seeds": "2", "seed": 1}, "`--seed` and `--seeds` exclude each other"),
        ({"seeds": "1,1"}, "`--seeds` takes 1 to 1000 different seeds, got"),
        ({"seeds": "0"}, "`--seeds` takes 1 to 1000 different seeds, got"),
        ({"seeds": "many"}, "`--seeds` takes a number or a list, got `many`"),
        ({"seeds": "-1"}, "`--seeds` takes a number or a list, got `-1`"),
        ({"folds": 1}, "`--folds` takes a number from 2 to 1000, got `1`"),
    ],
)
def test_what_cannot_be_repeated_is_refused_before_anything_is_written(
    tmp_path: Path, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        request(written(tmp_path), tmp_path / "runs", **asked).run(Terminal(quiet=True))
    assert message in raised.value.problems[0].message and raised.value.exit_code == 2
    assert not (tmp_path / "runs").exists()


def test_more_folds_than_rows_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(NNTrainError, match="31 folds need at least 31 rows, the data have 30"):
        request(written(tmp_path), tmp_path / "runs", folds=31).run(Terminal(quiet=True))
    assert not (tmp_path / "runs").exists()
