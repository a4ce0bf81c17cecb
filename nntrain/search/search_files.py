"""The directory of a search: the folders and configs of its trials, the table, the best config, the models kept."""

import contextlib
import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nntrain.config.load import Config, put_value
from nntrain.config.named import to_tree
from nntrain.config.resolve import DEFAULT_EPOCHS
from nntrain.config.search.load import search_of
from nntrain.config.search.space import Search, Values
from nntrain.config.search.trial_config import as_yaml, with_values
from nntrain.errors import ConfigError, DataError, NNTrainError, Problem
from nntrain.processes.messages import Event
from nntrain.search.engine import Proposal
from nntrain.search.ledger import Entry, Ledger
from nntrain.search.task import Kept, Stack, Task
from nntrain.search.trial_table import Trial, trials_csv
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir, csv_text


@dataclass(frozen=True)
class SearchDir:
    """A search in its directory. Each repeat or fold of a trial is a run, in a folder inside the trial's."""

    config: Config
    search: Search
    directory: RunDir
    ledger: Ledger
    discarded: set[int] = field(default_factory=set)  # trials whose models were removed

    def tasks(self, entry: Entry) -> Iterator[Task]:
        """Yield the trainings of a trial; raises ConfigError where its values make no valid config."""
        for part, config in enumerate(self.configs(entry)):
            yield self.task(entry, part, config)

    def configs(self, entry: Entry) -> list[Config]:
        """Return the configs of the trainings of a trial; raises ConfigError where its values make no valid config."""
        parts = range(self.search.tune.trainings)
        return [trial_config(self.config, self.search, entry.proposal, part) for part in parts]

    def task(self, entry: Entry, part: int, config: Config) -> Task:
        """Return a training of a trial."""
        parent = entry.proposal.parent
        return Task(
            number=entry.number * self.search.tune.trainings + part,
            folder=self._folder(entry, part),
            config=as_yaml(config),
            parent=None if parent is None else self._folder(self.ledger.entries[parent], part),
            judged=self.search.tune.pruner is not None,
            tree=to_tree(config.experiment),
        )

    def stack(self, tasks: Sequence[Task]) -> Stack:
        """Return these trainings as one program."""
        number = tasks[0].number + 1
        folder = self.directory.path.absolute() / f"{run_files.CHECKPOINTS}-{number}"
        return Stack(tuple(tasks), str(folder), f"stack-{number}", kept_of(self.search))

    def key(self, values: Values) -> str:
        """Return a key that is equal for values that make the same trial, of this space or of one before a change.

        A value that is the config's own is not put, so that a written one and a default make the same key.
        """
        own = {**self.ledger.entries[0].proposal.values, **self.search.space.own}
        other = {path for path, value in values.items() if path not in own or own[path] != value}
        kept = {path: value for path, value in values.items() if any(f"{path}.".startswith(f"{o}.") for o in other)}
        try:
            return as_yaml(with_values(self.config, kept))
        except ConfigError:
            return json.dumps(values, sort_keys=True)

    def is_hopeless(self, entry: Entry, failure: Event) -> bool:
        """Return whether every other trial would fail too: the data are wrong, or the config as written is."""
        if failure.wrong == "data":
            return not any(one.path.startswith("data.") for one in self.search.space.parameters)
        return failure.wrong == "config" and entry.number == 0

    def run_dir(self, entry: Entry, part: int = 0) -> RunDir:
        """Return the run directory of a training of a trial: of a repeat, or a fold."""
        path, tune = self.directory.path / entry.name, self.search.tune
        return RunDir(path if tune.trainings == 1 else path / f"{'fold' if tune.folds else 'repeat'}-{part + 1}")

    def _folder(self, entry: Entry, part: int) -> str:
        return str(self.run_dir(entry, part).path.absolute())

    def write(self) -> None:
        """Write the table and the best config, and discard the models that are not kept."""
        self.directory.write(run_files.TRIALS, csv_text(trials_csv(self.trials(), self.search.space)))
        if (best := self.ledger.best) is not None:
            self.directory.write(run_files.BEST, self.best_config(best))
        if self.search.tune.keep == "best" and not self.search.tune.engine.promotes:
            self.discard_models()

    def trials(self) -> list[Trial]:
        """Return the trials that have begun; one that has not ended has the epochs that its folder shows."""
        begun = [entry for entry in self.ledger.entries if entry.status != "waiting"]
        return [entry.as_trial() if entry.over else self._unended(entry) for entry in begun]

    def _unended(self, entry: Entry) -> Trial:
        runs = [self.run_dir(entry, part) for part in range(self.search.tune.trainings)]
        rows = [run.read_rows() for run in runs if (run.path / run_files.METRICS).is_file()]
        seconds = sum(float(row["seconds"]) for one in rows for row in one) - self.ledger.before(entry)[1]
        return replace(entry.as_trial(), epochs=max(map(len, rows), default=0), seconds=max(0.0, seconds))

    def discard_models(self) -> None:
        """Remove the models and checkpoints of all ended trials but the best."""
        best = self.ledger.best
        for entry in self.ledger.over():
            if entry is not best and entry.number not in self.discarded:
                self.discarded.add(entry.number)
                for part in range(self.search.tune.trainings):
                    self.run_dir(entry, part).discard_model()

    def no_score_error(self, ending: str, limit: str) -> NNTrainError:
        """Return the error of a search without a score. `limit`: the option of `tune` that ended it, if one did."""
        failed = [entry for entry in self.ledger.entries if entry.status == "failed"]
        if not failed:
            more = f" --set tune.{limit}=...`, with a larger number" if limit else "`"
            help = f"resume it with `nntrain resume {shlex.quote(str(self.directory))}{more}"
            return NNTrainError(f"no trial has ended: {ending}", help=help)
        last = failed[-1]
        help = f"{last.name} failed with: {last.message}"
        none = "the one trial has no score" if len(failed) == 1 else f"none of {len(failed):,} trials has a score"
        return NNTrainError(f"{none}: {ending}", help=help)

    def best_config(self, best: Entry) -> str:
        """Return the best trial's config with a header: the command and the score to expect."""
        tune = self.search.tune
        over = f", the mean over {tune.trainings} {'folds' if tune.folds else 'seeds'}" if tune.trainings > 1 else ""
        score = f"{self.search.metric} {best.score:.4f}{over}"
        config = trial_config(self.config, self.search, best.proposal)
        return f"# nntrain fit best.yaml   {best.name}: {score} ({tune.epoch} epoch)\n{as_yaml(config)}"


def kept_of(search: Search) -> Kept | None:
    """Return whose models a stack of a search keeps; None where it keeps all."""
    tune = search.tune
    every = tune.keep == "all" or tune.engine.promotes
    return None if every else Kept(search.metric, search.direction, tune.epoch, tune.trainings)


def is_trial(run: RunDir) -> bool:
    """Return whether the run, or the group that it is in, is a trial of a search."""
    path = run.path.absolute()
    trials = [folder for folder in (path, path.parent) if folder.name.startswith("trial-")]
    return any((folder.parent / run_files.JOURNAL).is_file() for folder in trials)


def refuse_longer(run: RunDir) -> None:
    """Raise ConfigError for a trial of a search, which must keep the length that it is ranked by."""
    if is_trial(run):
        fit = f"`nntrain fit {run.path / run_files.RESOLVED} --set train.epochs=...`"
        help = f"train it as a new run with {fit}, and `--init-from {run}` to begin with its weights"
        raise ConfigError(f"`{run}` is a trial of a search, which compares trials of a fixed length", help=help)


@contextlib.contextmanager
def of_first_fold(config: Config) -> Iterator[Config]:
    """Give the config with the splits of its search's first fold, or as it is; errors of them are at `tune.folds`."""
    folds = None if config.experiment.tune is None else search_of(config).tune.folds
    if not folds:
        yield config
        return
    try:
        yield put_value(config, *_validation_of(config, 1, folds))
    except (ConfigError, DataError) as error:
        raise type(error)(problems=config.document.in_order(map(_of_folds, error.problems))) from error.__cause__


def _validation_of(config: Config, index: int, count: int) -> tuple[str, dict[str, Any]]:
    """Return the path and the rule of the validation split that is a fold of the training rows; index: from 1."""
    return f"data.{config.experiment.data.called()}.validation", {"fold": {"index": index, "count": count}}


def error_of(config: Config, event: Event) -> ConfigError | DataError:
    """Return the error for what a worker found wrong, with its place in the config of the search."""
    folds = search_of(config).tune.folds
    problems = config.document.in_order(_of_folds(one) if folds else one for one in event.faults)
    return DataError(problems=problems) if event.wrong == "data" else ConfigError(problems=problems)


def _of_folds(fault: Problem) -> Problem:
    """Return a fault of the validation split as one of `tune.folds`, which makes that split of every trial."""
    is_theirs = fault.path[:1] == ("data",) and fault.path[2:3] == ("validation",)
    return replace(fault, path=("tune", "folds"), span=None) if is_theirs else fault


def length_of(config: Config, proposal: Proposal) -> int:
    """Return the epochs of a trial that is not stopped early, its parent's included; 0 where `train.steps` is given."""
    train, values = config.experiment.train, proposal.values
    if values.get("train.steps", train.steps) is not None:
        return 0
    return int(proposal.epochs or values.get("train.epochs", train.epochs) or DEFAULT_EPOCHS)


def trial_config(config: Config, search: Search, proposal: Proposal, part: int | None = None) -> Config:
    """Return the config of a trial: its values, and the options that the search decides; raises ConfigError.

    part: the number of the repeat or of the fold, from 0; None for a training on the config's own splits and seed.
    The model that is kept is the one of the epoch that gives the score, unless the config chooses another.
    """
    train = config.experiment.train
    extra: dict[str, Any] = {}
    if proposal.epochs is not None:
        extra["train.epochs"] = proposal.epochs
    if train.monitor is None:
        extra["train.monitor"] = search.metric
    if search.tune.epoch == "last":
        extra["train.save"] = "last"
    if train.threads is None:
        extra["train.threads"] = 1  # so that `fit` gives the same bits as a worker
    if part is not None and search.tune.folds:
        path, rule = _validation_of(config, part + 1, search.tune.folds)
        extra[path] = rule
    elif part:
        extra["seed"] = (config.experiment.seed + part) % 2**31
    return with_values(config, proposal.values, extra)
