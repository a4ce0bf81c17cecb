"""The directory of a search: its trials' folders and configs, the table, the best config, the models that are kept."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from nntrain.config.load import Config, in_order
from nntrain.config.resolve import DEFAULT_EPOCHS
from nntrain.config.search.load import as_yaml, with_values
from nntrain.config.search.space import Search, Values
from nntrain.errors import ConfigError, DataError, NNTrainError
from nntrain.search.engine import Proposal
from nntrain.search.ledger import Entry, Ledger
from nntrain.search.task import Event, Task
from nntrain.search.trial_table import Trial, trials_csv
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir, csv_text


@dataclass(frozen=True)
class SearchDir:
    """A search in its directory. A repeat of a trial is a run of its own, in a folder inside the trial's."""

    config: Config
    search: Search
    place: RunDir
    ledger: Ledger
    discarded: set[int] = field(default_factory=set)  # trials whose models were removed

    def tasks(self, entry: Entry) -> Iterator[Task]:
        """The trainings of a trial; raises ConfigError where its values do not make a config."""
        repeats, parent = self.search.tune.repeats, entry.proposal.parent
        for repeat in range(repeats):
            yield Task(
                number=entry.number * repeats + repeat,
                folder=str(self.run_dir(entry, repeat).path.absolute()),
                config=as_yaml(trial_config(self.config, self.search, entry.proposal, repeat)),
                parent=None
                if parent is None
                else str(self.run_dir(self.ledger.entries[parent], repeat).path.absolute()),
                judged=self.search.tune.pruner is not None,
            )

    def key(self, values: Values) -> str:
        """Equal for sets of values that make the same trial, be they of this space or of one before it was changed.

        A value that is the config's own counts as not put, for one may be known that is not written.
        """
        own = {**self.ledger.entries[0].proposal.values, **self.search.space.own}
        other = {path for path, value in values.items() if path not in own or own[path] != value}
        kept = {path: value for path, value in values.items() if any(f"{path}.".startswith(f"{o}.") for o in other)}
        try:
            return as_yaml(with_values(self.config, kept))
        except ConfigError:
            return json.dumps(values, sort_keys=True)

    def is_hopeless(self, entry: Entry, failure: Event) -> bool:
        """Whether no other trial can do better: the data are wrong for all, or the config is that was written."""
        if failure.wrong == "data":
            return not any(one.path.startswith("data.") for one in self.search.space.parameters)
        return failure.wrong == "config" and entry.number == 0

    def run_dir(self, entry: Entry, repeat: int = 0) -> RunDir:
        """The run directory of a training."""
        path = self.place.path / entry.name
        return RunDir(path if self.search.tune.repeats == 1 else path / f"repeat-{repeat + 1}")

    def write(self) -> None:
        """Writes the table, and the best config as long as there is one; keeps the models that are to be kept."""
        self.place.write(run_files.TRIALS, csv_text(trials_csv(self._trials(), self.search.space)))
        best = self.ledger.best
        if best is not None:
            self.place.write(run_files.BEST, self.best_config(best))
        if self.search.tune.keep == "best" and not self.search.tune.engine.promotes:
            self.discard_models()

    def _trials(self) -> list[Trial]:
        """All that were begun, those that have not ended with what their folders show of them so far."""
        begun = [entry for entry in self.ledger.entries if entry.status != "waiting"]
        return [entry.as_trial() if entry.over else self._unended(entry) for entry in begun]

    def _unended(self, entry: Entry) -> Trial:
        runs = [self.run_dir(entry, repeat) for repeat in range(self.search.tune.repeats)]
        rows = [run.read_rows() for run in runs if (run.path / run_files.METRICS).is_file()]
        seconds = sum(float(row["seconds"]) for one in rows for row in one) - self.ledger.before(entry)[1]
        return replace(entry.as_trial(), epochs=max(map(len, rows), default=0), seconds=max(0.0, seconds))

    def discard_models(self) -> None:
        """Removes models and checkpoints of all ended trials but the best."""
        best = self.ledger.best
        for entry in self.ledger.over():
            if entry is not best and entry.number not in self.discarded:
                self.discarded.add(entry.number)
                for repeat in range(self.search.tune.repeats):
                    self.run_dir(entry, repeat).discard_model()

    def nothing(self, ending: str, limit: str) -> NNTrainError:
        """The error of a search that ended without any score, at that option of `tune` if it was one."""
        failed = [entry for entry in self.ledger.entries if entry.status == "failed"]
        if not failed:
            more = f" --set tune.{limit}=...` with a larger number" if limit else "`"
            return NNTrainError(f"no trial was finished: {ending}", help=f"`nntrain resume {self.place}{more} goes on")
        last = failed[-1]
        help = f"{last.name} says: {last.message}"
        none = "the one trial has no score" if len(failed) == 1 else f"none of {len(failed):,} trials has a score"
        return NNTrainError(f"{none}: {ending}", help=help)

    def best_config(self, best: Entry) -> str:
        """The best trial's config with a header that says what to expect."""
        repeats = self.search.tune.repeats
        figure = f"{self.search.metric} {best.score:.4f}" + (f", the mean over {repeats} seeds" if repeats > 1 else "")
        config = trial_config(self.config, self.search, best.proposal, 0)
        return f"# nntrain fit best.yaml   {best.name}: {figure} ({self.search.tune.epoch} epoch)\n{as_yaml(config)}"


def is_trial(run: RunDir) -> bool:
    """Whether the run, or the group that it is in, is a trial of a search."""
    path = run.path.absolute()
    trials = [folder for folder in (path, path.parent) if folder.name.startswith("trial-")]
    return any((folder.parent / run_files.JOURNAL).is_file() for folder in trials)


def refuse_longer(run: RunDir) -> None:
    """Raises ConfigError for a trial of a search, which must keep the length that it is ranked by."""
    if is_trial(run):
        fit = f"`nntrain fit {run.path / run_files.RESOLVED} --set train.epochs=...`"
        help = f"train it apart with {fit}, from its weights with `--init-from {run}`"
        raise ConfigError(f"`{run}` is a trial of a search, which ranks it by its length as it is", help=help)


def error_of(config: Config, event: Event) -> ConfigError | DataError:
    """The error for what a worker has found wrong, with its place in the config of the search."""
    problems = in_order(config.document, event.faults)
    return DataError(problems=problems) if event.wrong == "data" else ConfigError(problems=problems)


def length_of(config: Config, proposal: Proposal) -> int:
    """The epoch at which a trial ends if nothing ends it before; what it went on from is counted.

    0 where `train.steps` says how long to train.
    """
    train, values = config.experiment.train, proposal.values
    if values.get("train.steps", train.steps) is not None:
        return 0
    return int(proposal.epochs or values.get("train.epochs", train.epochs) or DEFAULT_EPOCHS)


def trial_config(config: Config, search: Search, proposal: Proposal, repeat: int) -> Config:
    """The config of a trial: values put, and what the search itself decides; raises ConfigError.

    The model that is kept is that of the epoch which gives the score, unless the config says which one to keep.
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
    if repeat:
        extra["seed"] = (config.experiment.seed + repeat) % 2**31
    return with_values(config, proposal.values, extra)
