"""`train.on_disease`: what is stopped halfway, what is trained again, and what is refused."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import Config, load
from nntrain.errors import ConfigError, Diverged, NNTrainError
from nntrain.model.restore import load_model
from nntrain.runs import experiment, treated_runs, treatment
from nntrain.runs.experiment import Result
from nntrain.runs.run_rows import run_rows
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.run_context import ALONE, RunContext

pytestmark = pytest.mark.usefixtures("shared_programs")

TEXT = """
data: iris
model: [{Dense: {units: 8, activation: relu}}, {Dense: {units: 3, activation: softmax}}]
train: {epochs: 8, optimizer: {SGD: {learning_rate: %s}}, on_disease: %s}
"""


def config(folder: Path, rate: float, on_disease: str) -> Config:
    file = folder / "net.yaml"
    file.write_text(TEXT % (rate, on_disease))
    return load(file)


def trained(folder: Path, rate: float, on_disease: str) -> Result:
    runs, context = folder / "runs", RunContext(plots=False)
    found = treatment.fit(config(folder, rate, on_disease), runs, "net", Terminal(quiet=True), context)
    assert found is not None
    return found


def environment(folder: Path, name: str) -> dict[str, Any]:
    return RunDir(folder / "runs" / name).read_json(run_files.ENVIRONMENT)


def test_a_training_that_learns_nothing_is_stopped_halfway(tmp_path: Path) -> None:
    result = trained(tmp_path, 1e-6, "stop")
    assert result.summary["stopped"] == "the doctor found `learning_rate_too_low`"
    assert (result.summary["epochs"], result.summary["planned_epochs"]) == (4, 8)
    assert "cured_by" not in environment(tmp_path, "net")
    (row,) = run_rows(tmp_path / "runs")
    assert row["state"] == "stopped: the doctor found `learning_rate_too_low`"


def test_a_training_that_goes_well_is_that_of_a_config_without_it(tmp_path: Path) -> None:
    well, usual = trained(tmp_path, 0.1, "cure"), trained(tmp_path, 0.1, "warn")
    without_seconds = [[{**row, "seconds": 0} for row in each.rows] for each in (well, usual)]
    assert without_seconds[0] == without_seconds[1] and len(well.rows) == 8
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["net", "net-2"]


def test_a_cure_is_another_run_and_both_know_of_it(tmp_path: Path) -> None:
    result = trained(tmp_path, 1e-6, "cure")
    assert result.run_dir.path.name == environment(tmp_path, "net")["cured_by"]
    assert environment(tmp_path, result.run_dir.path.name)["cure"] == {
        "of": "net",
        "disease": "learning_rate_too_low",
        "set": ["train.optimizer.SGD.learning_rate=0.1"],
    }
    assert result.diagnosis is not None and (result.diagnosis.score or 0) > 0.6


def test_a_training_that_diverges_is_cured(tmp_path: Path) -> None:
    with pytest.raises(Diverged):
        trained(tmp_path, 1e30, "stop")
    result = trained(tmp_path, 1e30, "cure")
    assert environment(tmp_path, "net-2")["cured_by"] == result.run_dir.path.name
    assert result.diagnosis is not None and not result.diagnosis.is_ill


def test_where_nothing_helps_the_first_run_is_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The treatment leaves the config as it is, so no run is better than the first."""
    monkeypatch.setattr(treatment, "assigned", lambda document, lines: document)
    monkeypatch.setitem(globals(), "TEXT", TEXT.replace("epochs: 8", "epochs: 8, batch_size: full"))  # a second disease
    result = trained(tmp_path, 1e-6, "cure")
    assert result.run_dir.path.name == "net"
    assert "cured_by" not in environment(tmp_path, "net")
    others = [path.name for path in (tmp_path / "runs").iterdir() if path.name != "net"]
    treatments = {tuple(environment(tmp_path, name)["cure"]["set"]) for name in others}
    assert 1 < len(treatments) == len(others) <= treated_runs.MOST_CURES


@pytest.mark.parametrize(("option", "named"), [("doctor", "the doctor is not to look"), ("distribution", "devices")])
def test_a_doctor_that_cannot_look_is_refused_at_the_line(option: str, named: str, tmp_path: Path) -> None:
    blind = replace(ALONE, **{option: False if option == "doctor" else object()})
    with pytest.raises(ConfigError, match=named) as raised:
        treatment.refuse_blind(config(tmp_path, 0.1, "stop"), blind)
    assert ":4:" in str(raised.value)
    treatment.refuse_blind(config(tmp_path, 0.1, "warn"), blind)


def test_a_group_may_stop_but_not_cure(tmp_path: Path) -> None:
    treatment.refuse_in_group(config(tmp_path, 0.1, "stop"))
    with pytest.raises(ConfigError, match="a group of seeds or folds has no place"):
        treatment.refuse_in_group(config(tmp_path, 0.1, "cure"))


def test_without_it_a_training_is_that_of_experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(experiment, "fit", lambda *given: seen.append(given))
    assert treatment.fit(config(tmp_path, 0.1, "warn"), tmp_path, "net", Terminal(quiet=True)) is None
    assert len(seen) == 1


def killed(folder: Path, moment: str) -> RunDir:
    """Return the first run of a treatment as a kill leaves it; the second one is the treatment."""
    first, second = RunDir(folder / "runs" / "net"), RunDir(folder / "runs" / "net-2")
    written = first.read_json(run_files.ENVIRONMENT)
    first.write_json(
        run_files.ENVIRONMENT, {k: v for k, v in written.items() if k not in ("cured_by", "best", "tried")}
    )
    if moment != "in the second run":
        shutil.rmtree(second.path)
    unended = {"in the first run": first, "in the second run": second}.get(moment)
    if unended is not None:
        content = {**unended.read_json(run_files.ENVIRONMENT), "end": None, "exit_status": None}
        unended.write_json(run_files.ENVIRONMENT, content)
        for name in (run_files.SUMMARY, run_files.DIAGNOSIS, run_files.MODEL, run_files.MODEL_FACTS, run_files.LOG):
            (unended.path / name).unlink(missing_ok=True)
    return first


def contents(folder: Path) -> dict[str, Any]:
    """Return what the runs hold, without times."""
    found: dict[str, Any] = {}
    for run in (RunDir(path) for path in sorted((folder / "runs").iterdir())):
        noted = run.read_json(run_files.ENVIRONMENT)
        rows = [{**row, "seconds": ""} for row in run.read_rows()]
        kept = {key: noted.get(key) for key in ("given", "cure", "treats", "cured_by", "best", "exit_status")}
        summary = {**run.read_json(run_files.SUMMARY), "seconds": 0}
        files = [(run.path / name).read_bytes() for name in (run_files.CONFIG, run_files.RESOLVED, run_files.DIAGNOSIS)]
        weights = [weight.tobytes() for weight in load_model(run).model.get_weights()]
        found[run.path.name] = (rows, kept, summary, files, weights)
    return found


@pytest.fixture(scope="module")
def treated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config without output layer, and the runs of its treatment."""
    folder = tmp_path_factory.mktemp("treated")
    (folder / "net.yaml").write_text(TEXT.replace(", {Dense: {units: 3, activation: softmax}}", "") % (0.1, "cure"))
    given = load(folder / "net.yaml", ["train.optimizer.SGD.learning_rate=1e-6"])
    treatment.fit(given, folder / "runs", "net", Terminal(quiet=True), RunContext(plots=False, report=False))
    return folder


@pytest.mark.parametrize("moment", ["in the first run", "between the runs", "in the second run"])
def test_a_treatment_that_was_killed_goes_on_as_if_it_was_not(moment: str, treated: Path, tmp_path: Path) -> None:
    shutil.copytree(treated / "runs", tmp_path / "runs")
    terminal, context = Terminal(quiet=True), RunContext(plots=False, report=False)
    result = treatment.resume(killed(tmp_path, moment), False, terminal, context)
    assert result is not None and result.run_dir.path.name == "net-2"
    assert contents(tmp_path) == contents(treated)
    assert treatment.resume(RunDir(tmp_path / "runs" / "net"), False, terminal, context) is None


def test_a_treatment_that_was_removed_is_trained_again_with_a_warning(treated: Path, tmp_path: Path) -> None:
    shutil.copytree(treated / "runs", tmp_path / "runs")
    shutil.rmtree(tmp_path / "runs" / "net-2")
    terminal = Terminal(quiet=True)
    treatment.resume(RunDir(tmp_path / "runs" / "net"), False, terminal, RunContext(plots=False, report=False))
    assert "warning: that run, `net-2`, is not there any more, and is trained once more" in terminal.log
    assert contents(tmp_path) == contents(treated)


def test_changed_data_are_refused_between_two_runs(treated: Path, tmp_path: Path) -> None:
    shutil.copytree(treated / "runs", tmp_path / "runs")
    first = killed(tmp_path, "between the runs")
    first.write_json(run_files.ENVIRONMENT, {**first.read_json(run_files.ENVIRONMENT), "data_sha256": "0" * 64})
    with pytest.raises(NNTrainError, match="the data have changed"):
        treatment.resume(first, False, Terminal(quiet=True))
    assert not (tmp_path / "runs" / "net-2").exists()


def test_one_process_at_a_time_treats_a_run(treated: Path, tmp_path: Path) -> None:
    shutil.copytree(treated / "runs", tmp_path / "runs")
    first = killed(tmp_path, "between the runs")
    with first.locked(), pytest.raises(NNTrainError, match="another process is training"):
        treatment.resume(first, False, Terminal(quiet=True))
