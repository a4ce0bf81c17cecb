"""Searches as a user runs them: real workers, real trainings of a small net."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
NET = """
seed: 1
data: iris
model:
  - Normalization
  - Dense: {units: 8, activation: relu}
  - Dense: {units: 3, activation: softmax}
train:
  epochs: 3
  batch_size: 16
  optimizer: {Adam: {learning_rate: 0.01}}
tune:
  objective: val_accuracy
"""
SPACE = """
  space:
    model.1.Dense.units: {choice: [4, 8, 16]}
    train.optimizer.Adam.learning_rate: {float: [1.0e-3, 1.0e-1], log: true}
"""


@dataclass
class Searched:
    """A search that has ended: its directory, what was printed, the exit code."""

    place: Path
    out: str
    err: str
    code: int

    @property
    def rows(self) -> list[dict[str, str]]:
        """trials.csv less what took time."""
        with (self.place / "trials.csv").open() as file:
            return [{name: cell for name, cell in row.items() if name != "seconds"} for row in csv.DictReader(file)]

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.place / "summary.json").read_text())  # type: ignore[no-any-return]


Tune = Callable[..., Searched]


@pytest.fixture
def tune(command: Any, tmp_path: Path) -> Tune:
    """Runs `nntrain tune` on NET with this end of its section `tune`."""

    def searched(tail: str, *arguments: str, name: str = "net") -> Searched:
        (tmp_path / f"{name}.yaml").write_text(NET + tail)
        done = command(tmp_path, "tune", f"{name}.yaml", *arguments)
        return Searched(tmp_path / "runs" / name, done.stdout, done.stderr, done.returncode)

    return searched


def test_a_search_leaves_a_table_a_config_that_gives_the_same_score_and_its_trials(
    tune: Tune, command: Any, tmp_path: Path
) -> None:
    found = tune(SPACE + "  trials: 4\n", "--refit", "1")
    assert found.code == 0, found.err
    assert [row["status"] for row in found.rows] == ["done"] * 4
    first = found.rows[0]
    assert (first["model.1.Dense.units"], first["train.optimizer.Adam.learning_rate"]) == ("8", "0.01")
    best = max(found.rows, key=lambda row: float(row["score"]))
    assert found.summary["best"]["run"] == f"trial-{int(best['trial']):03}"
    assert found.summary["ended"] == "all 4 trials are done"
    (tmp_path / "best.yaml").write_text((found.place / "best.yaml").read_text())
    assert command(tmp_path, "fit", "best.yaml", "-q").returncode == 0
    with (tmp_path / "runs" / "best" / "metrics.csv").open() as file:
        assert max(row["val_accuracy"] for row in csv.DictReader(file)) == best["score"]
    refit = json.loads((found.place / "refit-1" / "summary.json").read_text())
    assert set(refit["metrics"]) == {"train", "validation", "test"}
    assert "test" not in json.loads((found.place / "trial-001" / "summary.json").read_text())["metrics"]
    kept = [path.parent.name for path in found.place.glob("trial-*/model.keras")]
    assert kept == [found.summary["best"]["run"]]
    for name in ("search_history", "slices", "parallel_coordinates"):
        assert (found.place / "plots" / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
    shown = command(tmp_path, "runs").stdout
    assert "net/trial-001" in shown and "best so far" not in shown
    assert command(tmp_path, "eval", f"net/{kept[0]}").returncode == 0
    score = (found.place / "trials.csv").read_text()
    longer = command(tmp_path, "resume", "net/trial-001", "--set", "train.epochs=9")
    assert (longer.returncode, "`runs/net/trial-001` is a trial of a search" in longer.stderr) == (2, True)
    assert command(tmp_path, "resume", "net/trial-001").stdout == "runs/net/trial-001 is finished\n"
    assert (found.place / "trials.csv").read_text() == score and len(_rows(found.place / "trial-001")) == 3


def test_the_seconds_of_a_search_never_go_back(tune: Tune, command: Any, tmp_path: Path) -> None:
    found = tune(SPACE + "  trials: 1\n", "-q", "--refit", "1")
    before = found.summary["seconds"]
    assert found.code == 0 and before == _events(found.place, "pause")[-1]["spent"]
    assert command(tmp_path, "resume", "net", "-q", "--set", "tune.trials=2").returncode == 0
    assert found.summary["seconds"] > before


def _events(place: Path, kind: str) -> list[dict[str, Any]]:
    lines = (place / "journal.jsonl").read_text().splitlines()[1:]
    return [event for event in map(json.loads, lines) if event["event"] == kind]


def test_the_number_of_workers_changes_nothing(tune: Tune) -> None:
    tail = SPACE + "  trials: 5\n  keep: all\n"
    one, two = tune(tail, "-q"), tune(tail, "-q", "--workers", "2", name="two")
    assert one.rows == two.rows
    assert len(list(two.place.glob("trial-*/model.keras"))) == 5


def test_repeats_are_scored_by_their_mean(tune: Tune) -> None:
    found = tune(SPACE + "  trials: 2\n  repeats: 2\n  epoch: last\n", "-q")
    assert found.code == 0, found.err
    for row in found.rows:
        runs = sorted((found.place / f"trial-{int(row['trial']):03}").glob("repeat-*"))
        scores = [float(_rows(run)[-1]["val_accuracy"]) for run in runs]
        assert len(scores) == 2
        assert float(row["score"]) == pytest.approx(sum(scores) / 2)
        assert float(row["spread"]) == pytest.approx(abs(scores[0] - scores[1]) / 2**0.5)
    seeds = [json.loads((run / "summary.json").read_text())["seed"] for run in runs]
    assert seeds == [1, 2]


def _rows(run: Path, name: str = "metrics.csv") -> list[dict[str, str]]:
    with (run / name).open() as file:
        return list(csv.DictReader(file))


def test_hyperband_goes_on_with_its_best_trials(tune: Tune) -> None:
    found = tune(SPACE + "  engine: {Hyperband: {max_epochs: 4, factor: 2}}\n  keep: all\n", "-q")
    assert found.code == 0, found.err
    events = [json.loads(line) for line in (found.place / "journal.jsonl").read_text().splitlines()[1:]]
    asked = [event for event in events if event["event"] == "ask"]
    promoted = [number for number, event in enumerate(asked) if event["parent"] is not None]
    assert promoted and found.summary["ended"].startswith("the algorithm has ended")
    for number in promoted:
        child = _rows(found.place / f"trial-{number + 1:03}")
        parent = _rows(found.place / f"trial-{asked[number]['parent'] + 1:03}")
        assert len(child) == asked[number]["epochs"] > len(parent)
        assert child[: len(parent)] == parent
        both = [found.place / f"trial-{place + 1:03}" for place in (number, asked[number]["parent"])]
        whole, before = (json.loads((run / "summary.json").read_text())["seconds"] for run in both)
        assert float(_rows(found.place, "trials.csv")[number]["seconds"]) == pytest.approx(whole - before, abs=0.02)


def test_pruned_trials_stop_early_and_stand_behind_the_others(tune: Tune) -> None:
    tail = "  engine: TPE\n  pruner: {Median: {n_startup_trials: 2}}\n  trials: 8\n"
    found = tune(SPACE + tail, "-q", "--set", "train.epochs=6")
    assert found.code == 0, found.err
    pruned = [row for row in found.rows if row["status"] == "pruned"]
    assert pruned and all(int(row["epochs"]) < 6 for row in pruned)
    assert found.summary["pruned"] == len(pruned) and found.summary["best"]["epochs"] == 6


def test_a_budget_of_epochs_is_never_exceeded(tune: Tune) -> None:
    found = tune(SPACE + "  max_epochs_total: 8\n", "-q", "--workers", "2")
    assert [row["epochs"] for row in found.rows] == ["3", "3"]
    assert found.summary["ended"] == "6 of 8 epochs are spent, and the next trial would train 3"


def test_a_space_that_is_exhausted_is_said_in_words(tune: Tune) -> None:
    found = tune("  space: {train.batch_size: {choice: [16, 32]}}\n", "-q")
    assert [row["train.batch_size"] for row in found.rows] == ["16", "32"]
    assert found.summary["ended"] == "the space is exhausted after 2 trials"


def test_a_limit_of_seconds_ends_a_search_that_can_be_gone_on_with(tune: Tune, command: Any, tmp_path: Path) -> None:
    found = tune(SPACE + "  trials: 400\n  max_seconds: 10\n", "-q", "--set", "train.epochs=20")
    assert found.code == 0, found.err
    count = found.summary["trials"]
    assert found.summary["ended"] == "the limit of 10 s is reached" and count < 400
    statuses = [row["status"] for row in found.rows]
    assert statuses in (["done"] * count, [*["done"] * count, "stopped"]), "the last one may just have ended"
    budget = ("--set", "tune.max_seconds=3000", "--set", f"tune.trials={count + 2}")
    done = command(tmp_path, "resume", "net", "-q", *budget)
    assert done.returncode == 0, done.stderr
    assert [row["status"] for row in found.rows] == ["done"] * (count + 2)
    assert {row["epochs"] for row in found.rows} == {"20"}


@pytest.mark.parametrize(
    ("tail", "limit"),
    [
        ("  max_seconds: 0.01\n", "max_seconds"),
        ("  engine: {Hyperband: {max_epochs: 4}}\n  max_epochs_total: 1\n", "max_epochs_total"),
    ],
)
def test_a_search_that_a_limit_ends_before_any_trial_names_the_limit_to_raise(
    tune: Tune, command: Any, tmp_path: Path, tail: str, limit: str
) -> None:
    found = tune(SPACE + tail, "-q")
    help = f"`nntrain resume runs/net --set tune.{limit}=...` with a larger number goes on"
    assert (found.code, "no trial was finished: " in found.err, help in found.err) == (1, True, True), found.err
    again = command(tmp_path, "resume", "net", "-q")
    assert (again.returncode, help in again.stderr) == (1, True)
    more = ("--set", f"tune.{limit}=100", "--set", "tune.trials=1")
    assert command(tmp_path, "resume", "net", "-q", *more).returncode == 0
    assert [row["status"] for row in found.rows] == ["done"]


DIVERGING = """
  space:
    train.optimizer.Adam.learning_rate: {choice: [0.01, 1.0e30, 1.0e31, 1.0e32, 1.0e33]}
  engine: GridSearch
"""


def test_three_failures_of_one_cause_end_a_search(tune: Tune, command: Any, tmp_path: Path) -> None:
    found = tune(DIVERGING)
    assert found.code == 1
    assert [row["status"] for row in found.rows] == ["done", "failed", "failed", "failed"]
    assert "trial-002  failed: " in found.err and "diverged" in found.rows[1]["message"]
    assert "the search was stopped: 3 trials failed for one cause" in found.err
    assert found.summary["best"]["run"] == "trial-001"
    again = command(tmp_path, "resume", "net", "-q")
    assert again.returncode == 1 and "the search was stopped: 4 trials failed for one cause" in again.stderr


def test_failures_can_be_borne_and_are_never_the_best(tune: Tune) -> None:
    found = tune(
        DIVERGING + "  objective: val_loss\n  on_error: continue\n".replace("  objective: val_loss\n", ""), "-q"
    )
    assert found.code == 0, found.err
    assert [row["status"] for row in found.rows] == ["done", *["failed"] * 4]
    assert found.summary["best"]["run"] == "trial-001" and found.summary["failed"] == 4


def test_a_search_without_any_score_fails(tune: Tune) -> None:
    tail = DIVERGING.replace("[0.01, ", "[1.0e29, ")
    found = tune(tail, "-q", "--set", "train.optimizer.Adam.learning_rate=1e29")
    assert found.code == 1
    assert "none of 3 trials has a score" in found.err
    assert not (found.place / "best.yaml").exists()


def test_a_dry_run_counts_and_estimates_and_writes_nothing(tune: Tune) -> None:
    found = tune(SPACE + "  engine: {Hyperband: {max_epochs: 10, factor: 3}}\n", "--dry-run", "--json")
    assert found.code == 0, found.err
    told = json.loads(found.out.splitlines()[0])
    assert (told["trials"], told["space"], told["parameters"]) == (30, None, 2)
    assert told["seconds"] > 0 and not found.place.exists()


def _started(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    words = [sys.executable, "-m", "nntrain", *arguments, "-q"]
    return subprocess.Popen(words, cwd=folder, env=environment, start_new_session=True, stderr=subprocess.PIPE)


def _wait_for(journal: Path, event: str, count: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if journal.is_file() and journal.read_text().count(f'"event": "{event}"') >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"{journal} never got {count} of {event}")


def _wait_for_file(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.is_file():
        assert time.monotonic() < deadline, path
        time.sleep(0.02)


LONG = SPACE + "  trials: 5\n"


def test_a_killed_search_goes_on_and_ends_as_if_it_had_not_been(tune: Tune, command: Any, tmp_path: Path) -> None:
    calm = tune(LONG, "-q", "--set", "train.epochs=60", name="calm")
    (tmp_path / "torn.yaml").write_text(NET + LONG)
    journal = tmp_path / "runs" / "torn" / "journal.jsonl"
    process = _started(tmp_path, "tune", "torn.yaml", "--set", "train.epochs=60", "--refit", "1")
    for count in (2, 4):
        _wait_for(journal, "start", count)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        process = _started(tmp_path, "resume", "torn")
    _, message = process.communicate(timeout=100)
    assert process.returncode == 0, message
    assert Searched(tmp_path / "runs" / "torn", "", "", 0).rows == calm.rows
    best = calm.summary["best"]["run"]
    torn = Searched(tmp_path / "runs" / "torn", "", "", 0)
    assert {name: one["trial"] for name, one in torn.summary["refit"].items()} == {"refit-1": best}
    refitted = torn.place / "refit-1" / "model.keras"
    before = refitted.stat().st_mtime_ns
    again = command(tmp_path, "resume", "torn", "-q", "--refit", "2")
    assert again.returncode == 0 and torn.rows == calm.rows
    assert list(torn.summary["refit"]) == ["refit-1", "refit-2"] and refitted.stat().st_mtime_ns == before


def _workers(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            told = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(told[1]) == parent and b"spawn_main" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _wait_until_it_is_trained(trial: Path) -> None:
    """Waits until a worker has locked the trial's folder; the kernel lists locks by inode."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if trial.is_dir() and f":{trial.stat().st_ino} " in Path("/proc/locks").read_text():
            return
        time.sleep(0.005)
    raise AssertionError(f"nobody trains {trial}")


def test_a_trial_that_ends_its_worker_twice_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(NET + SPACE + "  trials: 2\n")
    journal = tmp_path / "runs" / "net" / "journal.jsonl"
    process = _started(tmp_path, "tune", "net.yaml", "--set", "train.epochs=40")
    for count in (1, 2):
        _wait_for(journal, "start", count)
        _wait_until_it_is_trained(journal.parent / "trial-001")
        for worker in _workers(process.pid):
            os.kill(worker, signal.SIGKILL)
        _wait_for(journal, "lost", count)
    _, message = process.communicate(timeout=100)
    assert process.returncode == 0, message
    first, second = Searched(tmp_path / "runs" / "net", "", "", 0).rows
    assert first["status"] == "failed" and first["message"].startswith("given up after two tries: ")
    assert second["status"] == "done"


def test_a_signal_stops_a_search_with_the_command_to_go_on(tmp_path: Path, command: Any) -> None:
    (tmp_path / "net.yaml").write_text(NET + SPACE + "  trials: 3\n")
    process = _started(tmp_path, "tune", "net.yaml", "--set", "train.epochs=300")
    _wait_for(tmp_path / "runs" / "net" / "journal.jsonl", "start", 2)
    process.send_signal(signal.SIGINT)
    message = process.communicate(timeout=30)[1].decode()
    assert process.returncode == 130
    assert "`nntrain resume runs/net` goes on" in message
    assert command(tmp_path, "resume", "net", "-q").returncode == 0
    assert len(Searched(tmp_path / "runs" / "net", "", "", 0).rows) == 3


def test_the_table_has_what_a_stopped_trial_has_trained_so_far(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(NET + SPACE + "  trials: 3\n  repeats: 2\n")
    place = tmp_path / "runs" / "net"
    process = _started(tmp_path, "tune", "net.yaml", "--workers", "2", "--set", "train.epochs=1000000")
    repeats = [place / "trial-001" / f"repeat-{number}" for number in (1, 2)]
    for repeat in repeats:
        _wait_for_file(repeat / "metrics.csv")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) and process.returncode == 130
    rows = [_rows(repeat) for repeat in repeats]
    (stopped,) = _rows(place, "trials.csv")
    assert (stopped["status"], int(stopped["epochs"])) == ("stopped", max(map(len, rows)))
    seconds = sum(float(row["seconds"]) for one in rows for row in one)
    assert float(stopped["seconds"]) == pytest.approx(seconds, abs=0.001) and seconds > 0


def test_what_must_not_change_in_a_search_is_refused(tune: Tune, command: Any, tmp_path: Path) -> None:
    found = tune("  space: {train.batch_size: {choice: [16, 32]}}\n  trials: 1\n", "-q")
    refused = command(tmp_path, "resume", "net", "--set", "tune.space={train.batch_size: {choice: [8, 16]}}")
    assert (refused.returncode, "this would change the search: `tune.space`" in refused.stderr) == (2, True)
    refused = command(tmp_path, "resume", "net", "--set", "train.epochs=5")
    assert (refused.returncode, "a search cannot go on with another `train.epochs`" in refused.stderr) == (2, True)
    longer = command(tmp_path, "resume", "net", "-q", "--set", "tune.trials=2", "--refit", "1")
    assert longer.returncode == 0 and len(found.rows) == 2
    assert list(found.summary["refit"]) == ["refit-1"]
    again = command(tmp_path, "resume", "net", "-q")
    assert (again.returncode, found.summary["ended"]) == (0, "all 2 trials are done")
    text = (found.place / "search.yaml").read_text()
    (found.place / "search.yaml").write_text(text.replace("batch_size: 16", "batch_size: 12"))
    changed = command(tmp_path, "resume", "net")
    assert changed.returncode == 1 and "is not the search that `journal.jsonl` is about" in changed.stderr


def test_a_budget_below_what_is_done_is_refused_and_changes_nothing(tune: Tune, command: Any, tmp_path: Path) -> None:
    found = tune(SPACE + "  trials: 3\n  max_epochs_total: 20\n", "-q")
    assert found.code == 0, found.err
    before = {path: path.read_bytes() for path in found.place.glob("*.*") if path.is_file()}
    seconds = f"{_events(found.place, 'pause')[-1]['spent']:.1f} s are spent already"
    for assignment, message in (
        ("tune.trials=2", "`tune.trials` cannot be 2: 3 trials are there already"),
        ("tune.max_epochs_total=8", "`tune.max_epochs_total` cannot be 8: 9 epochs are spent already"),
        ("tune.max_seconds=0.5", f"`tune.max_seconds` cannot be 0.5: {seconds}"),
    ):
        refused = command(tmp_path, "resume", "net", "--set", assignment)
        assert (refused.returncode, message in refused.stderr) == (2, True), refused.stderr
        assert f"help: give `--set {assignment.partition('=')[0]}=" in refused.stderr
    assert {path: path.read_bytes() for path in before} == before
    assert command(tmp_path, "resume", "net", "-q", "--set", "tune.trials=3").returncode == 0
    free = ("--set", "tune.max_epochs_total=null", "--set", "tune.trials=8")
    assert command(tmp_path, "resume", "net", "-q", *free).returncode == 0
    assert len(found.rows) == 8 and "max_epochs_total: null" in (found.place / "search.yaml").read_text()


def test_out_of_memory_fails_one_trial_and_the_search_goes_on(tune: Tune) -> None:
    net = "model=[{Dense: 1000}, {Dense: 8}, {Dense: {units: 3, activation: softmax}}]"  # 4 TB with 10^9 units
    tail = "  engine: GridSearch\n  space: {model.1.Dense.units: {choice: [4, 1000000000, 8]}}\n"
    found = tune(tail, "-q", "--set", net)
    assert found.code == 0, found.err
    assert sorted(row["status"] for row in found.rows) == ["done", "done", "failed"]
    assert "out of memory" in next(row["message"] for row in found.rows if row["status"] == "failed")


def test_a_search_is_extended_and_what_was_trained_counts(tune: Tune, command: Any, tmp_path: Path) -> None:
    space = "tune.space={train.batch_size: {choice: [%s]}}"
    found = tune("  engine: GridSearch\n  space: {train.batch_size: {choice: [16, 32]}}\n", "-q")
    before = found.rows
    done = command(tmp_path, "resume", "net", "-q", "--extend", "--set", space % "16, 32, 8")
    assert done.returncode == 0, done.stderr
    assert found.rows[:2] == before
    assert [row["train.batch_size"] for row in found.rows] == ["16", "32", "8"]
    again = command(tmp_path, "resume", "net", "-q", "--extend", "--set", space % "24, 32, 8")
    assert again.returncode == 0, again.stderr
    assert [row["train.batch_size"] for row in found.rows] == ["16", "32", "8", "24"]
    assert command(tmp_path, "resume", "net", "-q", "--set", "tune.keep=all").returncode == 0 and len(found.rows) == 4
    assert "keep: all" in (found.place / "search.yaml").read_text()
    other = "tune.space={model.1.Dense.units: {choice: [8, 4]}}"
    assert command(tmp_path, "resume", "net", "-q", "--extend", "--set", other).returncode == 0
    assert [row["train.batch_size"] for row in found.rows] == ["16", "32", "8", "24", ""]
    assert [row["model.1.Dense.units"] for row in found.rows] == ["", "", "", "", "4"], "the config has 8 itself"


def test_hyperband_goes_on_after_a_budget_with_the_checkpoints_of_its_trials(
    tune: Tune, command: Any, tmp_path: Path
) -> None:
    tail = SPACE + "  engine: {Hyperband: {max_epochs: 4, factor: 2}}\n"
    whole = tune(tail, "-q", name="whole")
    part = tune(tail, "-q", "--set", "tune.trials=5", name="part")
    done = command(tmp_path, "resume", "part", "-q", "--set", "tune.trials=100")
    assert done.returncode == 0, done.stderr
    assert part.rows == whole.rows and {row["status"] for row in part.rows} == {"done"}


def test_changed_data_are_told_when_a_search_goes_on(tune: Tune, command: Any, tmp_path: Path) -> None:
    lines = [f"{number % 7},{number % 5},{'ab'[number % 2]}" for number in range(60)]
    (tmp_path / "data.csv").write_text("x,y,label\n" + "\n".join(lines) + "\n")
    model = "model=[Normalization, {Dense: {units: 8, activation: relu}}]"
    data = ("--set", "data={csv_table: {path: data.csv, label: label}}", "--set", model)
    found = tune(SPACE + "  trials: 1\n", "-q", *data)
    assert found.code == 0, found.err
    (tmp_path / "data.csv").write_text("x,y,label\n" + "\n".join(lines[::-1]) + "\n")
    refused = command(tmp_path, "resume", "net", "-q", "--set", "tune.trials=2")
    assert (refused.returncode, "the data have changed" in refused.stderr) == (1, True), refused.stderr
    done = command(tmp_path, "resume", "net", "-q", "--set", "tune.trials=2", "--allow-changed")
    assert done.returncode == 0 and len(found.rows) == 2


def test_a_search_whose_folder_is_removed_ends_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(NET + SPACE + "  trials: 50\n")
    process = _started(tmp_path, "tune", "net.yaml", "--set", "train.epochs=50")
    _wait_for(tmp_path / "runs" / "net" / "journal.jsonl", "start", 2)
    shutil.rmtree(tmp_path / "runs" / "net", ignore_errors=True)
    _, message = process.communicate(timeout=60)
    assert process.returncode == 1 and b"is gone" in message
    assert not (tmp_path / "runs" / "net" / "journal.jsonl").exists()


def test_a_failed_repeat_does_not_disturb_what_is_trained_again(tune: Tune) -> None:
    tail = (
        "  engine: GridSearch\n  space: {train.optimizer.Adam.learning_rate: {choice: [0.01, 1.0e30]}}\n  repeats: 2\n"
    )
    found = tune(tail, "-q", "--workers", "2", "--refit", "1", "--set", "train.epochs=30")
    assert found.code == 0, found.err
    assert [row["status"] for row in found.rows] == ["done", "failed"]
    assert list(found.summary["refit"]) == ["refit-1"] and found.summary["refit"]["refit-1"]["trial"] == "trial-001"


TABLE = ("--set", "model=[Normalization, {Dense: {units: 8, activation: relu}}]", "--set")
COLUMNS = "data={csv_table: {path: data.csv, %s}}"


def _write_table(folder: Path, cell: str = "1") -> None:
    lines = [f"{number % 7},{number % 5},{'ab'[number % 2]}" for number in range(60)]
    (folder / "data.csv").write_text(f"x,y,label\n3,{cell},a\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize(("cell", "columns"), [("?", "label: label"), ("1", "label: colour")])
def test_wrong_data_end_a_search_at_once_with_the_message_of_fit(
    tune: Tune, command: Any, tmp_path: Path, cell: str, columns: str
) -> None:
    _write_table(tmp_path, cell)
    data = (*TABLE, COLUMNS % columns)
    found = tune(SPACE + "  trials: 5\n  on_error: continue\n", "-q", "--workers", "2", *data)
    fitted = command(tmp_path, "fit", "net.yaml", "-q", *data)
    assert (found.code, found.err) == (4, fitted.stderr)
    assert "data.csv:2:3" in found.err or "--set data" in found.err
    assert {row["status"] for row in found.rows} == {"stopped"}
    dry = tune(SPACE, "--dry-run", *data)
    assert (dry.code, dry.err) == (4, fitted.stderr)


def test_a_config_that_only_the_data_show_to_be_wrong_ends_a_search_at_once(
    tune: Tune, command: Any, tmp_path: Path
) -> None:
    _write_table(tmp_path)
    wrong = (*TABLE, COLUMNS % "label: label", "--set", "model=[{Dense: {units: 5, activation: softmax}}]")
    found = tune("  trials: 5\n  space: {train.batch_size: {choice: [8, 16]}}\n", "-q", *wrong)
    fitted = command(tmp_path, "fit", "net.yaml", "-q", *wrong)
    assert (found.code, found.err) == (2, fitted.stderr) and "5" in found.err
    assert {row["status"] for row in found.rows} == {"stopped"}


def test_a_folder_in_the_way_of_the_first_trial_fails_that_trial_alone(tmp_path: Path, command: Any) -> None:
    (tmp_path / "net.yaml").write_text(NET + "  space: {train.batch_size: {choice: [16, 32]}}\n")
    place = tmp_path / "runs" / "net"
    process = _started(tmp_path, "tune", "net.yaml")
    _wait_for(place / "journal.jsonl", "start", 1)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    shutil.rmtree(place / "trial-001", ignore_errors=True)
    (tmp_path / "trial-001.yaml").write_text("data: iris\nmodel: [{Dense: 3}]\n")
    assert command(tmp_path, "fit", "trial-001.yaml", "-q", "--runs-dir", "runs/net").returncode == 0
    done = command(tmp_path, "resume", "net", "-q", "--allow-changed")
    first, second = _rows(place, "trials.csv")
    assert (first["status"], "is a run of another config" in first["message"]) == ("failed", True), done.stderr
    assert (done.returncode, second["status"]) == (0, "done")


def test_mended_data_let_a_search_go_on(tune: Tune, command: Any, tmp_path: Path) -> None:
    _write_table(tmp_path, "?")
    found = tune(SPACE + "  trials: 2\n", "-q", *TABLE, COLUMNS % "label: label")
    assert found.code == 4
    _write_table(tmp_path)
    assert command(tmp_path, "resume", "net", "-q").returncode == 0
    assert [row["status"] for row in found.rows] == ["done", "done"]


def test_data_that_are_wrong_for_one_value_fail_a_trial(tune: Tune, tmp_path: Path) -> None:
    _write_table(tmp_path, "?")
    tail = "  engine: GridSearch\n  space: {data.csv_table.ignore: {choice: [[y], [x]]}}\n"
    found = tune(tail, "-q", *TABLE, COLUMNS % "label: label, ignore: [y]")
    assert found.code == 0, found.err
    assert [row["status"] for row in found.rows] == ["done", "failed"]
