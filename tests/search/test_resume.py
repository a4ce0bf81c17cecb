"""Searches that were stopped, killed or finished are resumed from their journals."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tune = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[str]"]

DATA = "data={table: {path: data.csv, target: label}}"
MODEL = "model=[Normalization, {Dense: {units: 8, activation: relu}}]"
LINES = [f"{number % 7},{number % 5},{'ab'[number % 2]}" for number in range(60)]


def write_data(folder: Path, lines: list[str]) -> None:
    (folder / "data.csv").write_text("\n".join(["x,y,label", *lines, ""]))


def test_the_seconds_of_a_search_never_go_back(finished: Any, resume: Tune) -> None:
    before = finished.summary["seconds"]
    assert before == finished.events("pause")[-1]["spent"]
    assert resume("--set", "tune.trials=5").code == 0
    assert finished.summary["seconds"] > before


def test_a_limit_of_seconds_ends_a_search_that_can_be_resumed(longer: Any, resume: Tune) -> None:
    limit = longer.summary["seconds"] + 6
    assert resume("--set", "tune.trials=400", "--set", f"tune.max_seconds={limit}", name="longer").code == 0
    count = longer.summary["trials"]
    assert longer.summary["ended"] == f"the limit of {limit:g} s is reached" and count < 400
    done = ["done"] * count
    assert longer.column("status") in (done, [*done, "stopped"]), "the last one may just have ended"
    budget = ("--set", "tune.max_seconds=3000", "--set", f"tune.trials={count + 2}")
    again = resume(*budget, name="longer")
    assert again.code == 0, again.err
    assert longer.column("status") == ["done"] * (count + 2)
    assert set(longer.column("epochs")) == {"60"}


@pytest.mark.parametrize(
    ("tail", "limit"),
    [
        ("  max_seconds: 0.01\n", "max_seconds"),
        ("  engine: {Hyperband: {max_epochs: 4}}\n  max_epochs_total: 1\n", "max_epochs_total"),
    ],
    ids=["max_seconds", "max_epochs_total"],
)
def test_a_search_that_a_limit_ends_before_any_trial_names_the_limit_to_raise(
    tune: Tune, resume: Tune, tail: str, limit: str
) -> None:
    found = tune(tail, "--no-stack")
    help = f"resume it with `nntrain resume runs/net --set tune.{limit}=...`, with a larger number"
    assert (found.code, "no trial has ended: " in found.err, help in found.err) == (1, True, True), found.err
    again = resume()
    assert (again.code, help in again.err) == (1, True)
    assert resume("--set", f"tune.{limit}=100", "--set", "tune.trials=1").code == 0
    assert found.column("status") == ["done"]


def test_a_killed_search_ends_with_the_table_of_an_undisturbed_one(
    longer: Any, searching: Any, start: Start, resume: Tune
) -> None:
    """The quick form of `scripts/torture search`."""
    torn = searching("  trials: 5\n")
    process = start("tune", "net.yaml", "--no-stack", "--set", "train.epochs=60", "--refit", "1")
    torn.wait_for("start", 3)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    again = start("resume", "net")
    _, message = again.communicate(timeout=100)
    assert again.returncode == 0, message
    assert torn.rows == longer.rows
    best = longer.summary["best"]["run"]
    assert {name: one["trial"] for name, one in torn.summary["refit"].items()} == {"refit-1": best}
    refitted = torn.place / "refit-1" / "model.keras"
    before = refitted.stat().st_mtime_ns
    assert resume("--refit", "2").code == 0 and torn.rows == longer.rows
    assert list(torn.summary["refit"]) == ["refit-1", "refit-2"] and refitted.stat().st_mtime_ns == before


def test_a_killed_search_of_stacks_ends_as_an_undisturbed_one(
    tune: Tune, searching: Any, start: Start, resume: Tune
) -> None:
    """The quick form of `scripts/torture search --jobs stacked`."""
    tail, space = "  trials: 7\n  keep: all\n", "  space: {train.optimizer.Adam.learning_rate: {float: [0.001, 0.1]}}\n"
    longer = ("--set", "train.epochs=40", "--set", "train.checkpoint_seconds=0", "--no-plots")
    calm = tune(tail, *longer, space=space, name="calm")
    assert calm.code == 0 and calm.events("stacks")[0]["stacks"] == [list(range(7))], calm.err
    torn = searching(tail, space)
    process = start("tune", "net.yaml", *longer)
    wait_for_file(torn.place / "checkpoint-1" / "a.ckpt")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert resume().code == 0
    assert torn.rows == calm.rows and not (torn.place / "checkpoint-1").exists()
    for number in range(1, 8):
        found, expected = (search.metrics(f"trial-00{number}") for search in (torn, calm))
        assert [{**row, "seconds": ""} for row in found] == [{**row, "seconds": ""} for row in expected]


def wait_for_file(path: Path) -> None:
    deadline = time.monotonic() + 120
    while not path.is_file():
        assert time.monotonic() < deadline, path
        time.sleep(0.005)


def test_what_must_not_change_in_a_search_is_refused(finished: Any, resume: Tune) -> None:
    refused = resume("--set", "tune.space={train.batch_size: {choice: [8, 16]}}")
    assert (refused.code, "this would change the search: `tune.space`" in refused.err) == (2, True)
    refused = resume("--set", "train.epochs=5")
    assert (refused.code, "a search cannot be resumed with another `train.epochs`" in refused.err) == (2, True)
    file = finished.place / "search.yaml"
    text = file.read_text()
    for other in (text.replace("batch_size: 16", "batch_size: 12"), text.split("tune:")[0]):
        file.write_text(other)
        changed = resume()
        assert changed.code == 1 and "is not the search of `journal.jsonl`" in changed.err


def test_no_file_of_a_search_is_read_or_written_through_a_link(finished: Any, resume: Tune, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("search.yaml", "journal.jsonl", "config.yaml", "log.txt", "trials.csv", "best.yaml", "summary.json"):
        file = finished.place / name
        content = file.read_bytes()
        (outside / name).write_text("words of somebody else")
        file.unlink()
        file.symlink_to(outside / name)
        done = resume()
        assert "words" not in done.out + done.err and "Traceback" not in done.err
        assert (outside / name).read_text() == "words of somebody else"
        if name in ("search.yaml", "journal.jsonl"):
            assert done.code == 1 and f"{name}` is a symbolic link" in done.err
        file.unlink()
        file.write_bytes(content)


def test_a_finished_search_has_nothing_to_train(finished: Any, resume: Tune) -> None:
    before = finished.rows
    assert resume().code == 0
    assert finished.rows == before and finished.summary["ended"] == "all 4 trials are done"


def test_a_budget_below_what_is_done_is_refused_and_changes_nothing(finished: Any, resume: Tune) -> None:
    before = {path: path.read_bytes() for path in finished.place.glob("*.*") if path.is_file()}
    seconds = f"{finished.events('pause')[-1]['spent']:.1f} s are spent"
    for assignment, message in (
        ("tune.trials=2", "`tune.trials` cannot be 2: 4 trials have begun"),
        ("tune.max_epochs_total=8", "`tune.max_epochs_total` cannot be 8: 12 epochs are spent"),
        ("tune.max_seconds=0.5", f"`tune.max_seconds` cannot be 0.5: {seconds}"),
    ):
        refused = resume("--set", assignment)
        assert (refused.code, message in refused.err) == (2, True), refused.err
        assert f"help: write `--set {assignment.partition('=')[0]}=" in refused.err
    assert {path: path.read_bytes() for path in before} == before
    assert resume("--set", "tune.trials=4").code == 0
    assert resume("--set", "tune.max_epochs_total=null", "--set", "tune.trials=8").code == 0
    assert len(finished.rows) == 8 and "max_epochs_total: null" in (finished.place / "search.yaml").read_text()


def test_a_search_is_extended_and_its_trials_are_not_trained_again(tune: Tune, resume: Tune) -> None:
    found = tune("  engine: GridSearch\n", space="  space: {train.batch_size: {choice: [16, 32]}}\n")
    before = found.rows
    done = resume("--extend", "--set", "tune.space={train.batch_size: {choice: [24, 32, 8]}}")
    assert done.code == 0, done.err
    assert found.rows[:2] == before
    assert found.column("train.batch_size") == ["16", "32", "24", "8"]
    assert resume("--set", "tune.keep=all").code == 0 and len(found.rows) == 4
    assert "keep: all" in (found.place / "search.yaml").read_text()
    assert resume("--extend", "--set", "tune.space={model.1.Dense.units: {choice: [8, 4]}}").code == 0
    assert found.column("train.batch_size") == ["16", "32", "24", "8", ""]
    assert found.column("model.1.Dense.units") == ["", "", "", "", "4"], "the config has 8 itself"


def test_hyperband_resumes_from_the_checkpoints_of_its_trials(halved: Any, tune: Tune, resume: Tune) -> None:
    part = tune("  engine: {Hyperband: {max_epochs: 4, factor: 2}}\n", "--no-stack", "--set", "tune.trials=5")
    done = resume("--set", "tune.trials=100")
    assert done.code == 0, done.err
    assert part.rows == halved.rows and set(part.column("status")) == {"done"}


def test_changed_data_are_refused_unless_they_are_allowed(tune: Tune, resume: Tune, tmp_path: Path) -> None:
    write_data(tmp_path, LINES)
    found = tune("  trials: 1\n", "--set", DATA, "--set", MODEL)
    assert found.code == 0, found.err
    write_data(tmp_path, LINES[::-1])
    refused = resume("--set", "tune.trials=2")
    assert (refused.code, "the data have changed" in refused.err) == (1, True), refused.err
    assert resume("--set", "tune.trials=2", "--allow-changed").code == 0 and len(found.rows) == 2


def test_the_folds_of_a_search_are_no_change_of_its_data(tune: Tune, resume: Tune) -> None:
    space = "  space: {train.batch_size: {choice: [16, 32]}}\n"
    found = tune("  trials: 1\n  folds: 2\n", "--set", "train.epochs=1", space=space)
    assert found.code == 0, found.err
    again = resume("--set", "tune.trials=2")
    assert (again.code, found.column("status")) == (0, ["done", "done"]), again.err


def test_another_run_in_the_folder_of_a_trial_fails_that_trial_alone(
    searching: Any, start: Start, resume: Tune, in_process: Any, tmp_path: Path
) -> None:
    search = searching("", space="  space: {train.batch_size: {choice: [16, 32]}}\n")
    process = start("tune", "net.yaml")
    search.wait_for("start", 1)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    shutil.rmtree(search.place / "trial-001", ignore_errors=True)
    (tmp_path / "trial-001.yaml").write_text("data: iris\nmodel: [{Dense: 3}]\n")
    assert in_process(tmp_path, "fit", "trial-001.yaml", "-q", "--runs-dir", "runs/net").returncode == 0
    done = resume("--allow-changed")
    first, second = search.rows
    assert (first["status"], "is a run of another config" in first["message"]) == ("failed", True), done.err
    assert (done.code, second["status"]) == (0, "done")
