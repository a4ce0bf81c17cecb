"""Searches of a small net with real workers: what becomes of a trial, and what ends a search."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nntrain.storage.run_dir import RunDir

Tune = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[str]"]

DIVERGING = """
  space:
    train.optimizer.Adam.learning_rate: {choice: [0.01, 1.0e30, 1.0e31, 1.0e32, 1.0e33]}
  engine: GridSearch
"""


def test_the_number_of_workers_does_not_change_the_result(finished: Any, tune: Tune) -> None:
    two = tune("  trials: 4\n  keep: all\n", "--workers", "2", name="two")
    assert two.rows == finished.rows
    assert len(list(two.place.glob("trial-*/model.keras"))) == 4


def test_the_score_of_repeats_is_their_mean(tune: Tune) -> None:
    found = tune("  trials: 2\n  repeats: 2\n  epoch: last\n")
    assert found.code == 0, found.err
    for row in found.rows:
        repeats = [f"trial-{int(row['trial']):03}/repeat-{number}" for number in (1, 2)]
        scores = [float(found.metrics(repeat)[-1]["val_accuracy"]) for repeat in repeats]
        assert float(row["score"]) == pytest.approx(sum(scores) / 2)
        assert float(row["spread"]) == pytest.approx(abs(scores[0] - scores[1]) / 2**0.5)
    seeds = [json.loads((found.place / repeat / "summary.json").read_text())["seed"] for repeat in repeats]
    assert seeds == [1, 2]


def test_hyperband_trains_its_best_trials_further(halved: Any) -> None:
    asked = halved.events("ask")
    promoted = [number for number, event in enumerate(asked) if event["parent"] is not None]
    assert promoted and halved.summary["ended"].startswith("the algorithm has ended")
    table = halved.table()
    for number in promoted:
        child, parent = (f"trial-{place + 1:03}" for place in (number, asked[number]["parent"]))
        longer, shorter = halved.metrics(child), halved.metrics(parent)
        assert len(longer) == asked[number]["epochs"] > len(shorter)
        assert longer[: len(shorter)] == shorter
        whole, before = (json.loads((halved.place / run / "summary.json").read_text()) for run in (child, parent))
        assert float(table[number]["seconds"]) == pytest.approx(whole["seconds"] - before["seconds"], abs=0.02)


def test_a_pruned_trial_stops_early_and_is_never_the_best(tune: Tune) -> None:
    tail = "  engine: TPE\n  pruner: {Median: {n_startup_trials: 2}}\n  trials: 8\n"
    found = tune(tail, "--set", "train.epochs=6")
    assert found.code == 0, found.err
    pruned = [row for row in found.rows if row["status"] == "pruned"]
    assert pruned and all(int(row["epochs"]) < 6 for row in pruned)
    assert found.summary["pruned"] == len(pruned) and found.summary["best"]["epochs"] == 6


def test_a_search_never_exceeds_its_budget_of_epochs(tune: Tune) -> None:
    found = tune("  max_epochs_total: 8\n", "--workers", "2")
    assert found.column("epochs") == ["3", "3"]
    assert found.summary["ended"] == "6 of 8 epochs are spent, and the next trial would train 3"


def test_a_search_ends_when_its_space_is_exhausted(tune: Tune) -> None:
    found = tune("", space="  space: {train.batch_size: {choice: [16, 32]}}\n")
    assert found.column("train.batch_size") == ["16", "32"]
    assert found.summary["ended"] == "the space is exhausted after 2 trials"


def test_three_failures_of_one_cause_end_a_search(tune: Tune, resume: Tune) -> None:
    found = tune("", space=DIVERGING)
    assert found.code == 1
    assert found.column("status") == ["done", "failed", "failed", "failed"]
    assert "diverged" in found.rows[1]["message"]
    assert "the search was stopped: 3 trials failed with the same cause" in found.err
    assert found.err in "\n".join([*RunDir(found.place).read_log(), ""])
    assert all(float(row["seconds"]) > 0 for row in found.table())
    assert found.summary["best"]["run"] == "trial-001"
    again = resume()
    assert again.code == 1 and "the search was stopped: 4 trials failed with the same cause" in again.err


def test_a_failed_trial_is_never_the_best(tune: Tune) -> None:
    found = tune("  on_error: continue\n", space=DIVERGING)
    assert found.code == 0, found.err
    assert found.column("status") == ["done", *["failed"] * 4]
    assert found.summary["best"]["run"] == "trial-001" and found.summary["failed"] == 4


def test_a_search_without_any_score_fails(tune: Tune) -> None:
    rate = "train.optimizer.Adam.learning_rate=1e29"
    found = tune("", "--set", rate, space=DIVERGING.replace("[0.01, ", "[1.0e29, "))
    assert found.code == 1
    assert "none of 3 trials has a score" in found.err
    assert not (found.place / "best.yaml").exists()


def test_running_out_of_memory_fails_one_trial_alone(tune: Tune) -> None:
    net = "model=[{Dense: 1000}, {Dense: 8}, {Dense: {units: 3, activation: softmax}}]"  # 4 TB with 10^9 units
    space = "  engine: GridSearch\n  space: {model.1.Dense.units: {choice: [4, 1000000000, 8]}}\n"
    found = tune("", "--set", net, space=space)
    assert found.code == 0, found.err
    assert sorted(found.column("status")) == ["done", "done", "failed"]
    assert "the training needs about" in next(row["message"] for row in found.rows if row["status"] == "failed")


def test_a_failed_repeat_does_not_disturb_the_refit(tune: Tune) -> None:
    space = "  engine: GridSearch\n  space: {train.optimizer.Adam.learning_rate: {choice: [0.01, 1.0e30]}}\n"
    found = tune("  repeats: 2\n", "--workers", "2", "--refit", "1", "--set", "train.epochs=30", space=space)
    assert found.code == 0, found.err
    assert found.column("status") == ["done", "failed"]
    assert list(found.summary["refit"]) == ["refit-1"] and found.summary["refit"]["refit-1"]["trial"] == "trial-001"


def test_a_trial_that_ends_its_worker_twice_is_given_up(searching: Any, start: Start) -> None:
    search = searching("  trials: 2\n")
    process = start("tune", "net.yaml", "--set", "train.epochs=40")
    for count in (1, 2):
        search.wait_for("start", count)
        wait_until_a_worker_trains(search.place / "trial-001")
        for worker in workers(process.pid):
            os.kill(worker, signal.SIGKILL)
        search.wait_for("lost", count)
    _, message = process.communicate(timeout=100)
    assert process.returncode == 0, message
    first, second = search.rows
    assert first["status"] == "failed" and first["message"].startswith("given up after two tries: ")
    assert second["status"] == "done"


def workers(parent: int) -> list[int]:
    """The worker processes of a search."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(status[1]) == parent and b"spawn_main" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait_until_a_worker_trains(trial: Path) -> None:
    """Waits until a worker has locked the trial's folder; the kernel lists locks by inode."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if trial.is_dir() and f":{trial.stat().st_ino} " in Path("/proc/locks").read_text():
            return
        time.sleep(0.005)
    raise AssertionError(f"no worker trains {trial}")


def test_a_signal_stops_a_search_and_the_message_says_how_to_resume(searching: Any, start: Start, resume: Tune) -> None:
    search = searching("  trials: 2\n")
    process = start("tune", "net.yaml", "--set", "train.epochs=300")
    search.wait_for("start", 2)
    process.send_signal(signal.SIGINT)
    message = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert "resume it with `nntrain resume runs/net`" in message
    assert message in "\n".join([*RunDir(search.place).read_log(), ""])
    assert resume().code == 0 and search.column("status") == ["done", "done"]


def test_the_table_shows_how_far_a_stopped_trial_was_trained(searching: Any, start: Start) -> None:
    search = searching("  trials: 3\n  repeats: 2\n")
    process = start("tune", "net.yaml", "--no-stack", "--workers", "2", "--set", "train.epochs=1000000")
    repeats = [f"trial-001/repeat-{number}" for number in (1, 2)]
    for repeat in repeats:
        wait_for_file(search.place / repeat / "metrics.csv")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) and process.returncode == 130
    rows = [search.metrics(repeat) for repeat in repeats]
    (stopped,) = search.table()
    assert (stopped["status"], int(stopped["epochs"])) == ("stopped", max(map(len, rows)))
    seconds = sum(float(row["seconds"]) for one in rows for row in one)
    assert float(stopped["seconds"]) == pytest.approx(seconds, abs=0.001) and seconds > 0


def wait_for_file(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.is_file():
        assert time.monotonic() < deadline, path
        time.sleep(0.02)


def test_a_search_whose_folder_is_removed_ends_with_a_message(searching: Any, start: Start) -> None:
    search = searching("  trials: 50\n")
    process = start("tune", "net.yaml", "--set", "train.epochs=50")
    search.wait_for("start", 2)
    shutil.rmtree(search.place, ignore_errors=True)
    _, message = process.communicate(timeout=60)
    assert process.returncode == 1 and "is gone" in message
    assert not (search.place / "journal.jsonl").exists()
