"""The runs of a stack: trained as one, and each written as an ordinary run, without plots and a report."""

import contextlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from nntrain.config.member_numbers import Numbers, differing, numbers
from nntrain.config.messages import counted
from nntrain.errors import Diverged, Problem, Stopped
from nntrain.model.callbacks import build_callbacks
from nntrain.model.custom import Network
from nntrain.model.member_numbers import put
from nntrain.progress import epoch_line
from nntrain.runs import experiment, logs, resume, saved_model
from nntrain.runs.environment import describe, now
from nntrain.runs.experiment import Training
from nntrain.runs.results import FinishedTraining, RowWriter
from nntrain.runs.stack_watcher import StackWatcher
from nntrain.runs.stacked_rows import StackedRows
from nntrain.storage import run_files
from nntrain.storage.find_runs import is_run
from nntrain.storage.gathered import GatheredRunDir, write_all
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training import divergence, trainer
from nntrain.training.checkpoint import Store
from nntrain.training.history import History, Row
from nntrain.training.prepare import Prepared
from nntrain.training.program_cache import Programs
from nntrain.training.programs.arrays import Arrays
from nntrain.training.programs.stacked import StackedData, StackedProgram
from nntrain.training.run_context import RunContext
from nntrain.training.scorer import Scorer, training_weights
from nntrain.training.signals import watched
from nntrain.training.stack import Stack, Watcher
from nntrain.training.stack_member import Member
from nntrain.training.state import State, largest


@dataclass(frozen=True)
class StackedRuns:
    """Some runs of a group or a search and their folders.

    values: the seed or the fold of each, or for trials the values by which they differ. store: of the checkpoints of
    all. origins: the states from which some runs continue. keeps: takes the histories of the runs that ended well, and
    returns those whose model and checkpoint are kept; without it all are. `summaries` are of the runs that ended well;
    `errors` are of those that diverged.
    """

    kind: str
    values: Mapping[str, Any]
    members: Mapping[str, Prepared]
    folders: Mapping[str, RunDir]
    store: Store
    terminal: Terminal
    context: RunContext
    watcher: Watcher | None = None
    origins: Mapping[str, State] = field(default_factory=dict)
    keeps: Callable[[Mapping[str, History]], Collection[str]] | None = None
    summaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, Diverged] = field(default_factory=dict)

    def train(self) -> None:
        """Train them, from the last checkpoint of the group where there is one, and write the files of each.

        Raises Stopped after the results so far are written, and NNTrainError where a file cannot be written or read.
        """
        names = list(self.members)
        self.terminal.note(f"{counted(len(names), 'run')} as one program, from {names[0]} to {names[-1]}: means of all")
        with contextlib.ExitStack() as locks:
            for folder in self.folders.values():
                locks.enter_context(folder.locked())
            environments = self._begun()
            stopped = self._fit(again=any("resumed" in each for each in environments.values()))
            self._write_all(environments, stopped)
        if stopped is not None:
            raise stopped

    @cached_property
    def _first(self) -> Prepared:
        """The first run, whose model has the layers of all."""
        return next(iter(self.members.values()))

    @cached_property
    def _compiled(self) -> tuple[Scorer, StackedProgram]:
        """What scores the runs, and the program that trains them; both have one model."""
        programs = Programs() if self.context.programs is None else self.context.programs
        return programs.stacked(self._first, differing(list(self._numbers.values())))

    @cached_property
    def _numbers(self) -> dict[str, Numbers]:
        """The numbers of each run that may differ from those of the others."""
        return {name: numbers(run.resolved.experiment) for name, run in self.members.items()}

    @property
    def _scorer(self) -> Scorer:
        return self._compiled[0]

    @cached_property
    def _stack(self) -> Stack:
        """The runs as one training; data that several of them share become arrays once."""
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
        members = [self._member(name, each) for name, each in self.members.items()]
        plan = members[0].plan
        histories = {member.name: member.history for member in members}
        watcher = self.watcher or StackWatcher(self.terminal, self.folders, histories, (plan.monitor, plan.mode))
        return Stack(
            program=self._compiled[1],
            members=members,
            training=rows,
            validation=StackedData([validation[place] for place in places]) if validation else None,
            watcher=StackedRows(watcher, members, self._gathered),
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

    @cached_property
    def _gathered(self) -> dict[str, GatheredRunDir]:
        return {name: GatheredRunDir(folder.path) for name, folder in self.folders.items()}

    def _begun(self) -> dict[str, dict[str, Any]]:
        """Write the first files of the runs that have none, and return environment.json of each."""
        found, machine = {}, describe()
        for name, run in self.members.items():
            folder = self._gathered[name]
            if not is_run(folder.path):
                training = Training(run, folder, self.terminal, self.context)
                found[name] = experiment.environment_of(training, machine)
                if name in self.origins:
                    folder.later(partial(Store(folder.checkpoints, found[name]["run_key"]).save, self.origins[name]))
                experiment.begin(training, found[name])
                continue
            found[name] = folder.read_json(run_files.ENVIRONMENT, "run_key")
            if found[name].get("exit_status") != 0:
                again = {"start": machine["start"], "command": machine["command"], "set": []}
                again["changed"] = resume.changes(folder, run.data)
                found[name]["resumed"] = [*found[name].get("resumed", ()), again]
        write_all(self._gathered.values())
        return found

    def _fit(self, again: bool) -> Stopped | None:
        """Train the stack; return what stopped it."""
        stack, runs = self._stack, self.members.values()
        rates = [run.resolved.constant_rate for run in runs]
        values = stack.program.initial([run.model for run in runs], rates, list(self._numbers.values()))
        watch = self.context.watch or watched
        request = self.context.request
        try:
            with (
                self._first.memory.explained(),
                self._first.rehearsed_on_errors(),
                watch() if request is None else contextlib.nullcontext(request) as asked,
            ):
                stack.fit(values, asked, self._saved(again), self.origins)
        except Stopped as error:
            return error
        finally:
            stack.watcher.end()
        return None

    def _saved(self, again: bool) -> State | None:
        """Return the state of the group's last good checkpoint, None without any."""
        epochs = max(member.plan.epochs for member in self._stack.members)
        found = self.store.load(largest(self._scorer.program.model, epochs) * len(self.members))
        if found is None:
            if again:
                self.terminal.note("the runs have no checkpoint yet: training starts again")
            return None
        for complaint in found.complaints:
            self.terminal.note(f"warning: {complaint}; the checkpoint before it is used")
        self.terminal.note("resuming from the last checkpoint of all runs")
        return found.state

    def _write_all(self, environments: Mapping[str, dict[str, Any]], stopped: Stopped | None) -> None:
        """Write the files of all runs, and fill `summaries` and `errors`."""
        members = {member.name: member for member in self._stack.members}
        well = {name: member.history for name, member in members.items() if member.error is None}
        kept = set(members) if self.keeps is None or stopped is not None else self.keeps(well)
        for place, name in enumerate(members):
            if environments[name].get("exit_status") == 0:  # written before a kill, or trained further alone
                self.summaries[name] = self.folders[name].read_json(run_files.SUMMARY, "metrics")
            else:
                self._write(place, environments[name], stopped, name in kept)
        write_all(self._gathered.values())

    def _write(self, place: int, environment: dict[str, Any], stopped: Stopped | None, kept: bool) -> None:
        """Gather the files of a run that has ended, or that was stopped."""
        stack, member = self._stack, self._stack.members[place]
        folder, run, model = self._gathered[member.name], self.members[member.name], stack.program.model
        log = logs.of_run(run.resolved.train.loggers, folder, environment, member.history.rows, self.terminal)
        finished = FinishedTraining(
            folder,
            RowWriter(Terminal(quiet=True), folder, (), log),
            replace(run, model=self._model_to_save(member.name)),
            replace(self._scorer, resolved=run.resolved),
            member.history,
            plan=member.plan,
            final=self.context.final,
            verified=False,
            kept=kept,
        )
        ended: Stopped | Diverged | None = stopped or member.error
        if member.error is None and kept:
            own = Store(folder.checkpoints, environment["run_key"])
            folder.later(partial(own.save, stack.state.of_member(place, member, model, stack.program.variables)))
        if ended is not None:
            message = ended.problems[0].message
            member.history.reason = f"stopped {message}" if stopped else message
        if member.history.weights:
            model.set_weights(member.history.weights)
        summary = finished.write(ended=stopped is None)
        if ended is None:
            ended = member.error = finished.divergence(summary)
            for warning in divergence.warnings(summary["metrics"], run.data):
                self.terminal.note(str(replace(warning, message=f"{member.name}: {warning.message}")))
        status = 0 if ended is None else ended.exit_code
        if place == 0 and self.context.final and kept and member.history.rows:
            write_all([folder])
            saved_model.refuse_another(folder, model, run.data.train.x)
        log.end(status, {} if ended else summary["metrics"])
        if ended is None:
            self.summaries[member.name] = summary
        elif member.error is not None:
            self.errors[member.name] = member.error
        lines = [epoch_line(row, member.plan.epochs) for row in member.history.rows]
        folder.write_log([*lines, *([] if ended is None else [str(ended)])])
        environment |= {"engine": stack.program.engine, "compile": "graph", "stack": self._place(place)}
        folder.write_json(run_files.ENVIRONMENT, {**environment, "end": now(), "exit_status": status})

    def _model_to_save(self, name: str) -> Network:
        """Return a model with the numbers of a run, with which the stack's template then computes."""
        program, model = self._stack.program, self._first.model
        if not program.own:
            return program.model
        program.take_numbers(self._numbers[name])
        put(self.members[name].resolved, model, self._numbers[name])
        model.optimizer.build(model.trainable_variables)
        return model

    def _place(self, place: int) -> dict[str, Any]:
        """Return what environment.json holds of the stack: all that is needed to train it again."""
        compactions, name = self._stack.state.compactions, self._stack.members[place].name
        found = {"kind": self.kind, "values": dict(self.values), "place": place, "compactions": compactions}
        return {**found, "continued": True} if name in self.origins else found

    @property
    def failed(self) -> dict[str, Problem]:
        """Why runs diverged."""
        return {name: error.problems[0] for name, error in self.errors.items()}

    def rows_of(self, name: str) -> list[Row]:
        """Return the rows of a run that was trained."""
        return next(member.history.rows for member in self._stack.members if member.name == name)
