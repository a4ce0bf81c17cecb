"""What a run suffers from: measured while it trains, written to diagnosis.json when it ends, read again later."""

from typing import Any

from nntrain.config.load import load_run
from nntrain.config.messages import counted
from nntrain.doctor import checkup, guessing, record
from nntrain.doctor.checkup import Diagnosis
from nntrain.doctor.course import Course, Score
from nntrain.errors import Diverged, NNTrainError, one_line
from nntrain.model.restore import load_model
from nntrain.runs.results import FinishedTraining
from nntrain.storage import records, run_files
from nntrain.storage.lock import is_locked
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import json_ready
from nntrain.training import divergence
from nntrain.training.job import Job
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.run_context import RunContext
from nntrain.training.scorer import Scorer

DIVERGED = 5  # the exit status of a training that diverged


def observed(job: Job, finished: FinishedTraining, context: RunContext) -> Job:
    """Return the job with the doctor's probe, where one is wanted: not in a trial, nor on several devices.

    finished: the training to be. With `on_disease` the doctor may stop it halfway.
    """
    if not is_wanted(context):
        return job
    prepared = finished.prepared
    seen = checkup.observed(job, prepared)
    if prepared.resolved.train.on_disease == "warn":
        return seen
    return checkup.judged(seen, prepared, finished.scorer, finished.history)


def is_wanted(context: RunContext) -> bool:
    """Return whether the doctor is to look at a training: not in a trial, nor on several devices."""
    return context.doctor and context.final and context.distribution is None


def written(finished: FinishedTraining, job: Job, diverged: str = "") -> Diagnosis | None:
    """Examine a training that has ended and write diagnosis.json; None without a probe, or after a fault of a rule."""
    return None if job.observe is None else examined(finished, diverged)


def examined(finished: FinishedTraining, diverged: str = "") -> Diagnosis | None:
    """Examine a training that has ended and write diagnosis.json; None after a fault of a rule."""
    try:
        found = checkup.after(finished.prepared, finished.scorer, finished.history, finished.plan, diverged)
    except Exception as error:  # noqa: BLE001  # the results are written already, and must not be lost
        fault = one_line(str(error)) or type(error).__name__
        finished.terminal.note(f"warning: the run could not be examined: {fault}")
        return None
    finished.run_dir.write_json(run_files.DIAGNOSIS, json_ready(found.as_json()))
    return found


def with_cause(error: Diverged, found: Diagnosis, run_dir: RunDir) -> Diverged:
    """Return the error of a training that diverged with the lines of its likely cause as the help, if one is found."""
    error.run = run_dir.path
    cause = next((one for one in found.findings if one.set and not one.symptom), None)
    if cause is None or error.problems[0].help != divergence.DEFAULT:
        return error
    words = " ".join(f"--set '{line}'" for line in cause.set)
    known = Diverged(error.problems[0].message, help=f"the likely cause is `{cause.disease}`: write `{words}`")
    known.run = run_dir.path
    return known


def explained(error: Diverged, finished: FinishedTraining, job: Job) -> Diverged:
    """Print what the doctor finds in a training that diverged, where one is wanted; return the error with the cause."""
    found = written(finished, job, error.problems[0].message)
    if found is None:
        return error
    for line in found.lines(finished.run_dir.path.name):
        finished.terminal.note(line)
    return with_cause(error, found, finished.run_dir)


def of_run(run_dir: RunDir) -> Diagnosis:
    """Examine a run from its files; raises DataError where its data are not there, and NNTrainError for a bad file."""
    return of_prepared(run_dir, prepare(load_run(run_dir), initialize=False))


def of_prepared(run_dir: RunDir, prepared: Prepared) -> Diagnosis:
    """Examine a run whose data are read, as `of_run` does."""
    summary = _read(run_dir, run_files.SUMMARY)
    before = _read(run_dir, run_files.DIAGNOSIS)
    records.check(record.Diagnosis, before, f"`{run_dir.path / run_files.DIAGNOSIS}`")
    diverged = _read(run_dir, run_files.ENVIRONMENT).get("exit_status") == DIVERGED
    has_rows = (run_dir.path / run_files.METRICS).is_file()
    rows = [_numbers(row) for row in run_dir.read_rows()] if has_rows else []
    stopped = str(summary.get("stopped", ""))
    course = Course(
        rows=rows,
        planned_epochs=summary.get("planned_epochs", len(rows)),
        best_epoch=summary.get("best_epoch", 0),
        monitor=summary.get("monitor", "loss"),
        save=summary.get("save", "best"),
        stopped=stopped,
        cut=not summary or stopped.startswith(("stopped", "the limit of", run_files.DOCTOR_FOUND)),
        diverged=stopped if diverged else "",
        scores={} if diverged else _scores(run_dir, prepared, before),
    )
    return checkup.examined(prepared, course, before.get("signs", ()))


def not_ended(run_dir: RunDir) -> str:
    """Return in words that a run trains or was killed, and what of it is examined; empty for one that has ended."""
    if _read(run_dir, run_files.ENVIRONMENT).get("exit_status") is not None:
        return ""
    epochs = len(run_dir.read_rows()) if (run_dir.path / run_files.METRICS).is_file() else 0
    how = "is training" if is_locked(run_dir.path) else "was killed before it ended"
    what = f"its {counted(epochs, 'epoch')} so far" if epochs else "its config and its data"
    return f"`{run_dir}` {how}: {what} {'is' if epochs == 1 else 'are'} examined, without the scores of a trained model"


def _read(run_dir: RunDir, name: str) -> dict[str, Any]:
    """Return a JSON file, empty where it is missing: the run may be training, or was killed."""
    return run_dir.read_json(name) if (run_dir.path / name).is_file() else {}


def _numbers(row: dict[str, str]) -> dict[str, float]:
    return {name: float(cell) for name, cell in row.items() if cell not in ("", None)}


def _scores(run_dir: RunDir, prepared: Prepared, before: dict[str, Any]) -> dict[str, Score]:
    """Return the scores that were written, else those of the saved model, if there is one."""
    if "scores" in before:
        return {name: Score(**each) for name, each in before["scores"].items()}
    if not (run_dir.path / run_files.MODEL_FACTS).is_file():
        return {}
    try:
        return guessing.scores(prepared.data, Scorer.restored(load_model(run_dir), prepared.data.train.x))
    except NNTrainError:
        return {}
