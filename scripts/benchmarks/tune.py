"""A search of small Iris nets: what a trial costs beside its training, against KerasTuner, with two workers, as stacks.

`tune.py [overhead] [speed] [workers]` measures these parts, or all of them. KerasTuner is measured where `tensorboard`
is installed, without which all its trials fail: in the benchmark's environment, or in that of the interpreter that
TUNER_PYTHON names.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import HERE, Job, alternate, goal, metrics_of_search, python, report, timed

CONFIG = HERE / "tune.yaml"
PARTS = ("overhead", "speed", "workers")
INTERPRETER = os.environ.get("TUNER_PYTHON", sys.executable)
MISSING = f"""KerasTuner is left out: its trials need `tensorboard`, which it does not bring. Install it by
  {INTERPRETER} -m pip install tensorboard"""


def searched(workers: int, wanted: argparse.Namespace, trials: int, stacks: bool = False) -> Job:
    """A job that runs the search with this many workers, its trials one after another unless they are to be stacks."""
    parameter = f"tune.space.model.1.Dense.units={{int: [16, 64], step: {wanted.step}}}"
    settings = (f"train.epochs={wanted.epochs}", f"tune.trials={trials}", parameter)
    command = [sys.executable, "-m", "nntrain", "tune", str(CONFIG), "-q", "--workers", str(workers)]
    command += [word for setting in settings for word in ("--set", setting)] + ["--no-stack"] * (not stacks)

    def job() -> dict[str, float]:
        with tempfile.TemporaryDirectory() as runs:
            whole = timed([*command, "--runs-dir", runs], parse=False)
            place = next(Path(runs).iterdir())
            if (found := metrics_of_search(place)["trials"]) != trials:
                raise SystemExit(f"the search had {found:g} trials instead of {trials}")
            return {**per_hour(whole, trials), **({} if stacks else trial_metrics(place, workers))}

    return job


def trial_metrics(place: Path, workers: int) -> dict[str, float]:
    """Seconds of a trial, of its training, and of what remains, without each worker's first trial.

    The files show when a trial ended. With several workers, `trial` is the time from one end to the next, and
    `overhead` has no meaning.
    """
    ended = sorted((file.stat().st_mtime_ns / 1e9, file) for file in place.glob("trial-*/summary.json"))
    later = ended[workers:]
    trial = (ended[-1][0] - ended[workers - 1][0]) / len(later)
    training = statistics.mean(json.loads(file.read_text())["seconds"] for _, file in later)
    return {"trial": trial, "training": training} | ({"overhead": trial - training} if workers == 1 else {})


def per_hour(metrics: dict[str, float], trials: int) -> dict[str, float]:
    """The metrics of a process, with its trials per hour."""
    return {**metrics, "trials per hour": 3600 * trials / metrics["process"]}


def keras_tuner(wanted: argparse.Namespace, trials: int) -> dict[str, Job]:
    """The job of KerasTuner by its name, or nothing where it cannot run."""
    words = (str(trials), str(wanted.epochs), str(wanted.step))
    job = python("plain_tune.py", *words, interpreter=INTERPRETER)
    return {"KerasTuner": lambda: per_hour(job(), trials)} if can_train() else {}


def can_train() -> bool:
    """Whether KerasTuner and tensorboard are there."""
    words = "from importlib.util import find_spec; exit(not (find_spec('keras_tuner') and find_spec('tensorboard')))"
    return subprocess.run([INTERPRETER, "-c", words], check=False).returncode == 0


def overhead(wanted: argparse.Namespace) -> None:
    """What a trial costs beside its training, the mean of so many trials after a first one."""
    trials = wanted.overhead_trials + 1
    medians = alternate({**keras_tuner(wanted, trials), "nntrain": searched(1, wanted, trials)}, wanted.runs)
    shown = {name: {key: found[key] for key in ("trial", "training", "overhead")} for name, found in medians.items()}
    report(f"One worker, {wanted.overhead_trials} trials after the first (seconds)", shown, next(iter(shown)))


def speed(wanted: argparse.Namespace) -> None:
    """Trials per hour, the whole process with its start-up; without stacks of `--slow-trials`, which are enough."""
    slow = wanted.slow_trials or wanted.trials
    stacks = {f"nntrain, {counted(n)}, stacks": searched(n, wanted, wanted.trials, stacks=True) for n in (1, 2)}
    jobs = {**keras_tuner(wanted, slow), "nntrain, 2 workers": searched(2, wanted, slow), **stacks}
    medians = alternate(jobs, wanted.runs)
    shown = {
        name: {key: found[key] for key in ("process", "CPU", "trials per hour")} for name, found in medians.items()
    }
    title = f"{wanted.trials} trials as stacks, {slow} otherwise, of {wanted.epochs} epochs, the whole process"
    report(title, shown, next(iter(shown)))
    rates = {name: found["trials per hour"] for name, found in medians.items()}
    best = max(rates[name] for name in stacks)
    goal("trials per hour of stacks against two workers without", best / rates["nntrain, 2 workers"], at_least=5)
    if "KerasTuner" in medians:
        goal("trials per hour against KerasTuner's", rates["nntrain, 2 workers"] / rates["KerasTuner"], at_least=5)
        goal("trials per hour of stacks against KerasTuner's", best / rates["KerasTuner"], at_least=30)


def counted(workers: int) -> str:
    """The number of workers in words."""
    return f"{workers} worker{'s' * (workers > 1)}"


def workers(wanted: argparse.Namespace) -> None:
    """Two workers against one: from one trial's end to the next, and the whole process."""
    jobs = {counted(count): searched(count, wanted, wanted.trials) for count in (1, 2)}
    medians = alternate(jobs, wanted.runs)
    shown = {
        name: {key: found[key] for key in ("process", "CPU", "trial", "training")} for name, found in medians.items()
    }
    report(f"{wanted.trials} trials of {wanted.epochs} epochs (seconds)", shown, "1 worker")
    one, two = medians.values()
    goal("trials in the same time, two workers against one", one["trial"] / two["trial"], at_least=1.7)
    print(f"  with start-up and end: {one['process'] / two['process']:.2f}")


def main() -> None:
    """Measures the parts that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--runs", type=int, default=5, help="number of rounds; medians are printed")
    parser.add_argument("--trials", type=int, default=40, help="of `speed` and `workers`")
    parser.add_argument("--slow-trials", type=int, help="of `speed` without stacks; as many as with them by default")
    parser.add_argument("--overhead-trials", type=int, default=20, help="of `overhead`, after a first one")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--step", type=int, default=16, help="of the units; 1 makes nearly every net another graph")
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"no part is called {', '.join(unknown)}")
    if not can_train():
        print(MISSING, file=sys.stderr)
    for part in wanted.parts or PARTS:
        {"overhead": overhead, "speed": speed, "workers": workers}[part](wanted)


if __name__ == "__main__":
    main()
