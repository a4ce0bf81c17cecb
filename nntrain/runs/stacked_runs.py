"""The runs of a stack: trained as one, and each written as an ordinary run, without plots and a report."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from nntrain.config.messages import counted
from nntrain.errors import Problem, Stopped
from nntrain.model.build import build_callbacks
from nntrain.progress import epoch_line
from nntrain.runs import experiment, logs, resume
from nntrain.runs.environment import describe, now
from nntrain.runs.experiment import Training
from nntrain.runs.results import FinishedTraining, RowWriter
from nntrain.runs.stack_watcher import StackWatcher
from nntrain.storage import run_files
from nntrain.storage.find_runs import is_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training import divergence, trainer
from nntrain.training.checkpoint import Store
from nntrain.training.prepare import Prepared
from nntrain.training.programs.arrays import Arrays
from nntrain.training.programs.stacked import StackedData, StackedProgram
from nntrain.training.run_context import RunContext
from nntrain.training.scorer import Scorer, training_weights
from nntrain.training.signals import watched
from nntrain.training.stack import Stack
from nntrain.training.stack_member import Member
from nntrain.training.state import State, largest


@dataclass(frozen=True)
class StackedRuns:
    """Some runs of a group and their folders; values: the seed or the fold of each; store: of the group's checkpoints.

    `summaries` are of the runs that ended well; `failed` says why others did not.
    """

    kind: str
    values: Mapping[str, Any]
    members: Mapping[str, Prepared]
    folders: Mapping[str, RunDir]
    store: Store
    terminal: Terminal
    context: RunContext
    summaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[str, Problem] = field(default_factory=dict)

    def train(self) -> None:
        """Train them, from the last checkpoint of the group where there is one, and write the files of each.

        Raises Stopped after the results so far are written, and NNTrainError where a file cannot be written or read.
        """
        first, *_, last = self.members
        self.terminal.note(f"{counted(len(self.members), 'run')} as one, from {first} to {last}")
        with contextlib.ExitStack() as locks:
            for folder in self.folders.values():
                locks.enter_context(folder.locked())
            environments = self._begun()
            stopped = self._fit()
            for place, name in enumerate(self.members):
                if environments[name].get("exit_status") == 0:  # written before a kill, or trained further alone
                    self.summaries[name] = self.folders[name].read_json(run_files.SUMMARY, "metrics")
                else:
                    self._write(place, name, environments[name], stopped)
        if stopped is not None:
            raise stopped

    @cached_property
    def _first(self) -> Prepared:
        """The first run, whose model has the layers of all."""
        return next(iter(self.members.values()))

    @cached_property
    def _scorer(self) -> Scorer:
        """The compiled functions of the first run, for the results of all."""
        resolved, train = self._first.resolved, self._first.data.train
        return Scorer.of(resolved, self._first.model, train.x, resolved.batch_size(len(train)))

    @cached_property
    def _stack(self) -> Stack:
        training: dict[int, Arrays] = {}
        validation: dict[int, Arrays] = {}
        for each in self.members.values():
            scorer, data = replace(self._scorer, resolved=each.resolved), each.data
            if id(data) not in training:
                training[id(data)] = scorer.arrays(data.train, training_weights(each.resolved, data.train))
            if data.validation is not None and id(data) not in validation:
                validation[id(data)] = scorer.arrays(data.validation)
        places = [id(each.data) for each in self.members.values()]
        rows = StackedData([training[place] for place in places])
        return Stack(
            program=StackedProgram(self._scorer.program, rows),
            members=[self._member(name, each) for name, each in self.members.items()],
            training=rows,
            validation=StackedData([validation[place] for place in places]) if validation else None,
            watcher=StackWatcher(self.terminal, self.folders),
            store=self.store,
            checkpoint_seconds=self._first.resolved.train.checkpoint_seconds,
        )

    def _member(self, name: str, run: Prepared) -> Member:
        return Member(
            name,
            trainer.make_plan(run.resolved, run.data),
            build_callbacks(run.resolved.experiment),
            partial(divergence.help_for, run.resolved, run.data.train),
        )

    def _begun(self) -> dict[str, dict[str, Any]]:
        """Write the first files of the runs that have none, and return environment.json of each."""
        found, machine = {}, describe()
        for name, run in self.members.items():
            folder = self.folders[name]
            if not is_run(folder.path):
                training = Training(run, folder, self.terminal, self.context)
                found[name] = experiment.environment_of(training, machine)
                experiment.begin(training, found[name])
                continue
            found[name] = folder.read_json(run_files.ENVIRONMENT, "run_key")
            if found[name].get("exit_status") != 0:
                again = {"start": machine["start"], "command": machine["command"], "set": []}
                again["changed"] = resume.changes(folder, run.data)
                found[name]["resumed"] = [*found[name].get("resumed", ()), again]
        return found

    def _fit(self) -> Stopped | None:
        """Train the stack; return what stopped it."""
        stack, models = self._stack, [run.model for run in self.members.values()]
        values = stack.program.initial(models)
        watch = self.context.watch or watched
        request = self.context.request
        try:
            with (
                self._first.memory.explained(),
                self._first.rehearsed_on_errors(),
                watch() if request is None else contextlib.nullcontext(request) as asked,
            ):
                stack.fit(values, asked, self._saved())
        except Stopped as error:
            return error
        finally:
            stack.watcher.end()
        return None

    def _saved(self) -> State | None:
        """Return the state of the group's last good checkpoint, None without any."""
        epochs = self._stack.members[0].plan.epochs
        found = self.store.load(largest(self._first.model, epochs) * len(self.members))
        if found is None:
            return None
        for complaint in found.complaints:
            self.terminal.note(f"warning: {complaint}; the checkpoint before it is used")
        self.terminal.note("resuming from the checkpoint of the group")
        return found.state

    def _write(self, place: int, name: str, environment: dict[str, Any], stopped: Stopped | None) -> None:
        """Write the files of a run that has ended, or that was stopped."""
        stack, folder, run = self._stack, self.folders[name], self.members[name]
        member, model = stack.members[place], self._first.model
        told = logs.of_run(run.resolved.train.loggers, folder, environment, member.history.rows, self.terminal)
        finished = FinishedTraining(
            folder,
            RowWriter(Terminal(quiet=True), folder, (), told),
            replace(run, model=model),
            self._scorer,
            member.history,
            plan=member.plan,
            final=self.context.final,
            verified=place == 0,
        )
        ended = stopped or member.error
        status = 0 if ended is None else ended.exit_code
        if member.error is None:
            own = Store(folder.checkpoints, environment["run_key"])
            own.save(stack.state.of_member(place, member, model, stack.program.variables))
        if ended is not None:
            message = ended.problems[0].message
            member.history.reason = f"stopped {message}" if stopped else message
        if member.history.weights:
            model.set_weights(member.history.weights)
        summary = finished.write(ended=stopped is None)
        told.end(status, {} if ended else summary["metrics"])
        if ended is None:
            self.summaries[name] = summary
        elif not stopped:
            self.failed[name] = ended.problems[0]
        environment |= {"engine": stack.program.engine, "compile": "graph", "stack": self._place(place)}
        folder.write_json(run_files.ENVIRONMENT, {**environment, "end": now(), "exit_status": status})
        lines = [epoch_line(row, member.plan.epochs) for row in member.history.rows]
        folder.write_log([*lines, *([] if ended is None else [str(ended)])])

    def _place(self, place: int) -> dict[str, Any]:
        """Return what environment.json holds of the stack: all that is needed to train it again."""
        compactions = self._stack.state.compactions
        return {"kind": self.kind, "values": dict(self.values), "place": place, "compactions": compactions}
