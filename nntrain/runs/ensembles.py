"""`train.ensemble`: networks that differ in their seeds, whose mean is the model of one run.

Its directory is that of an ordinary run; each member is a run in a folder of it. metrics.csv has the means over them.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nntrain.config.load import Config, load_run
from nntrain.config.loggers import refuse_missing
from nntrain.doctor.checkup import Diagnosis
from nntrain.errors import NNTrainError
from nntrain.model.build import build
from nntrain.model.custom import Network
from nntrain.model.restore import load_model
from nntrain.runs import diagnosis, experiment, logs, resume, stacks
from nntrain.runs.environment import describe
from nntrain.runs.experiment import Result, Training
from nntrain.runs.group_config import GroupConfig
from nntrain.runs.members import Members
from nntrain.runs.results import ALL_DONE, FinishedTraining, RowWriter
from nntrain.runs.stack_watcher import mean_of
from nntrain.storage import drafts, run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, json_ready
from nntrain.training import side_by_side, trainer
from nntrain.training.history import History, Row
from nntrain.training.prepare import prepare
from nntrain.training.run_context import ALONE, RunContext
from nntrain.training.scorer import Scorer


def fit(config: Config, runs_dir: Path, name: str, terminal: Terminal, context: RunContext = ALONE) -> Result:
    """Train the members of an ensemble and write their mean, in a new run directory.

    Raises as `experiment.fit` does, and NNTrainError where a member fails.
    """
    refuse_missing(config.experiment.train.loggers)
    prepared = experiment.prepare_and_report(config, terminal)
    with drafts.draft(runs_dir, name) as draft:
        return run(Training(prepared, draft, terminal, context))


def run(training: Training) -> Result:
    """Train an ensemble, of which the first member is prepared, in a new run directory; raises as `fit` does."""
    prepared, terminal, context = training.prepared, training.terminal, training.context
    members = GroupConfig.of_ensemble(prepared.config)
    workers = side_by_side.at_once(prepared, len(members.members), context)
    stacked = stacks.form(members, prepared, terminal, context, workers)
    if stacked:
        members = replace(members, stack=uuid.uuid4().hex)
    whole = _whole(training)
    environment = experiment.environment_of(whole, describe())
    with training.run_dir.locked():
        members.write(training.run_dir)
        whole = replace(whole, run_dir=experiment.begin(whole, environment))
        runs = Members(members, whole.run_dir, terminal, _of_members(context), stacked=stacked, data=prepared.data)
        return _Ensemble(whole, replace(runs, workers=workers), environment).record()


def train_one(training: Training) -> Result:
    """Train a run, which may be an ensemble, as `experiment.run` does."""
    several = training.prepared.config.experiment.train.ensemble is not None
    return run(training) if several else experiment.run(training)


def resume_one(run_dir: RunDir, allow_changed: bool, terminal: Terminal, context: RunContext = ALONE) -> Result | None:
    """Resume a run, which may be an ensemble, as `resume_as_it_is` does."""
    resumed = resume_run if run_dir.is_ensemble else resume.resume_as_it_is
    return resumed(run_dir, allow_changed, terminal, context)


def resume_run(run_dir: RunDir, allow_changed: bool, terminal: Terminal, context: RunContext = ALONE) -> Result | None:
    """Train the rest of an ensemble; None where it is finished. Raises as `resume` of a run does."""
    with run_dir.locked():
        then = run_dir.read_json(run_files.ENVIRONMENT, "packages", "data_sha256", "resolved_sha256", "run_key")
        if then.get("exit_status") == 0:
            return None
        prepared = prepare(load_run(run_dir), initialize=False)
        changed = resume.refuse_changes(run_dir, prepared.data, allow_changed)
        runs = Members(GroupConfig.read(run_dir), run_dir, terminal, _of_members(context), allow_changed)
        machine = describe()
        again = {"start": machine["start"], "command": machine["command"], "changed": changed, "set": []}
        environment = {**then, "resumed": [*then.get("resumed", ()), again]}
        whole = _whole(Training(prepared, run_dir, terminal, context))
        runs = replace(runs.to_resume(), data=prepared.data)
        workers = 1 if runs.stacked else side_by_side.at_once(prepared, len(runs.unfinished), context)
        return _Ensemble(whole, replace(runs, workers=workers), environment).record()


def _whole(training: Training) -> Training:
    """Return the training with the experiment of the ensemble in place of that of its first member."""
    prepared = training.prepared
    return replace(training, prepared=replace(prepared, resolved=prepared.config.resolve(prepared.data.schema)))


def _of_members(context: RunContext) -> RunContext:
    """Return the context of a member: its test split is not scored, and it has no plots and no report."""
    return replace(context, final=False, show=None, plots=False, report=False)


@dataclass(frozen=True)
class _Ensemble:
    training: Training
    members: Members
    environment: dict[str, Any]

    def record(self) -> Result:
        """Train the members that are not finished, and write the ensemble; environment.json says how it ended."""
        training, printed = self.training, list(self.training.terminal.log)
        with experiment.recorded(training, self.environment) as ending:
            summaries, failed = self.members.train()
            training.terminal.log[:] = printed
            if failed:
                name, first = next(iter(failed.items()))
                raise NNTrainError(f"{name} failed: {first.message}", help=first.help)
            ending.finished = finished = self._finished(summaries)
            summary = {**finished.write(ended=True), "members": _in_short(summaries)}
            training.run_dir.write_json(run_files.SUMMARY, json_ready(summary))
            found = self._diagnosis(finished)
            ending.result = Result(training.run_dir, summary, tuple(finished.history.rows), found)
            return ending.result

    def _finished(self, summaries: Mapping[str, Mapping[str, Any]]) -> FinishedTraining:
        """Return the mean of the members, to be scored and written."""
        training, prepared = self.training, self.training.prepared
        model = build(prepared.resolved)
        rows = {name: _rows(RunDir(training.run_dir.path / name)) for name in summaries}
        _take_weights(model, training.run_dir, summaries)
        watcher = RowWriter(training.terminal, training.run_dir, (), self._logs())
        return FinishedTraining(
            training.run_dir,
            watcher,
            replace(prepared, model=model),
            Scorer.of(prepared.resolved, model, prepared.data.train.x),
            History(
                rows=_means(rows.values()),
                reason=_reason(summaries),
                seconds=sum(float(each["seconds"]) for each in summaries.values()),
            ),
            plan=trainer.make_plan(prepared.resolved, prepared.data),
            final=training.context.final,
        )

    def _logs(self) -> logs.Logs:
        """Return no logs: the members have theirs."""
        return logs.of_run((), self.training.run_dir, self.environment, (), self.training.terminal)

    def _diagnosis(self, finished: FinishedTraining) -> Diagnosis | None:
        """Examine the ensemble by the means over its members, where a doctor is wanted."""
        if not diagnosis.is_wanted(self.training.context):
            return None
        prepared = replace(self.training.prepared, resolved=self.training.prepared.resolved.of_member)
        return diagnosis.examined(replace(finished, prepared=prepared))


def _take_weights(model: Network, run_dir: RunDir, names: Iterable[str]) -> None:
    """Put the weights of the members, which are read from their files, into the model of the ensemble."""
    for member, name in zip(model.layers[0].members, names, strict=True):
        weights = load_model(RunDir(run_dir.path / name)).model.get_weights()
        member.set_weights(weights[: len(member.weights)])  # without what decides after it


def _rows(run_dir: RunDir) -> list[Row]:
    rows = [{name: float(cell) for name, cell in row.items() if cell} for row in run_dir.read_rows()]
    return [{**row, "epoch": int(row["epoch"])} for row in rows]


def _means(members: Iterable[list[Row]]) -> list[Row]:
    """Return a row for each epoch: the means over the members that have trained so long, and the sum of the seconds."""
    every, means = list(members), list[Row]()
    for epoch in range(1, 1 + max(map(len, every))):
        rows = {str(number): rows[epoch - 1] for number, rows in enumerate(every) if len(rows) >= epoch}
        means.append({**mean_of(rows), "epoch": epoch, "seconds": sum(row["seconds"] for row in rows.values())})
    return means


def _reason(summaries: Mapping[str, Mapping[str, Any]]) -> str:
    """Return why the training has ended, where it is not that all epochs are done."""
    early = [str(each["stopped"]) for each in summaries.values() if each["stopped"] != ALL_DONE]
    return f"{len(early)} of {len(summaries)} members ended early ({early[0]})" if early else ""


def _in_short(summaries: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    kept = ("seed", "epochs", "best_epoch", "best_value", "stopped", "seconds", "metrics")
    return {name: {key: each.get(key) for key in kept} for name, each in summaries.items()}
