"""`train.on_disease`: what is stopped halfway, what is trained again, and what is refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import Config, load
from nntrain.errors import ConfigError, Diverged
from nntrain.runs import experiment, treatment
from nntrain.runs.experiment import Result
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
    assert 1 < len(treatments) == len(others) <= treatment.MOST_CURES


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
