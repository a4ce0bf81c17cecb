"""The search that a config describes: the section `tune`, checked against the rest of the config."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from nntrain.config import file_checks
from nntrain.config.data import File, Nothing
from nntrain.config.keras.metrics import direction
from nntrain.config.load import Config, from_document, is_echo, read, with_lines, worded
from nntrain.config.messages import counted, listed
from nntrain.config.metric_names import meant_column, split_and_metric
from nntrain.config.resolve import DEFAULT_EPOCHS, columns, default_monitor
from nntrain.config.search.initial_values import initial_values
from nntrain.config.search.space import Direction, Search, Space
from nntrain.config.search.space_reader import SPACE, Reader, Written
from nntrain.config.search.value_checks import ValueChecker, refused_path
from nntrain.config.tune import Tune
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError, Path, Problem

_USUAL = {f"{split}{name}" for split in ("", "val_") for name in ("loss", "accuracy", "mean_absolute_error")}
"""The metrics of a run whose metrics depend on data that are not read yet."""


def load_whole(file: str | FilePath, assignments: Sequence[str] = ()) -> Config:
    """Return the config as `load` does, its section `tune` validated too; raises ConfigError with every problem."""
    return whole(read(file, assignments))


def whole(document: Document) -> Config:
    """Return the config of a document, its section `tune` validated too; raises ConfigError with every problem."""
    try:
        config = from_document(document)
    except ConfigError as error:
        tree = document.tree.get("tune") if isinstance(document.tree, dict) else None
        found = problems_of_section(tree) if isinstance(tree, dict) else []
        new = [problem for problem in found if not is_echo(problem, document)]
        raise ConfigError(problems=document.in_order([*error.problems, *new])) from None
    if config.experiment.tune is not None:
        try:
            search_of(config)
        except ConfigError as error:
            faults = file_checks.faults(config.experiment.data, document)
            raise ConfigError(problems=document.in_order([*error.problems, *faults])) from None
    return config


def search_of(config: Config) -> Search:
    """Return the search that the config describes; raises ConfigError with every problem."""
    if config.experiment.tune is None:
        message = "the config has no section `tune`"
        raise ConfigError(message, help="add `tune: {space: {train.batch_size: {choice: [16, 32]}}}`")
    section, reader, problems = _read(config.experiment.tune)
    objective = _Objective.of(config, section)
    problems += objective.problems()
    written = _searchable(config, reader, problems)
    problems += ValueChecker(config, tuple(written), objective.metric if not problems else None).problems()
    problems += objective.comparable(written)
    if section is not None:
        problems += _engine_fits(section, config, written)
    if problems or section is None:
        raise ConfigError(problems=with_lines(config.document, config.document.in_order(problems)))
    parameters = tuple(one.parameter for one in written)
    return Search(section, Space(parameters, initial_values(config, parameters)), objective.metric, objective.direction)


def problems_of_section(tree: Mapping[str, Any]) -> list[Problem]:
    """Return the problems of the section `tune` that do not depend on the rest of the config."""
    return _read(tree)[2]


def _read(tree: Mapping[str, Any]) -> tuple[Tune | None, Reader, list[Problem]]:
    """Return the section, its parameters, and the problems that do not depend on the rest of the config."""
    reader = Reader()
    space = tree.get("space")
    if isinstance(space, dict):
        reader.read(space)
    if space == {}:
        help = "write a path and its values, such as `train.batch_size: {choice: [16, 32]}`"
        reader.problems.append(Problem("the space is empty", SPACE, help))
    try:
        return Tune.read(tree), reader, list(reader.problems)
    except ValidationError as error:
        return None, reader, [*reader.problems, *(worded(details, ("tune",)) for details in error.errors())]


def _searchable(config: Config, reader: Reader, problems: list[Problem]) -> list[Written]:
    """Return the parameters whose paths can be searched; add a problem for each other one."""
    kept: dict[str, list[Written]] = {}
    for one in reader.ordered():
        condition = one.parameter.condition
        if found := refused_path(one, config):
            problems.append(found)
        elif condition is None or condition.path in kept:
            kept.setdefault(one.parameter.path, []).append(one)
    known = {id(one) for every in kept.values() for one in every}
    return [one for one in reader.ordered() if id(one) in known]


@dataclass(frozen=True)
class _Objective:
    """The metric that decides, and where it is written."""

    config: Config
    metric: str
    path: Path
    given: Direction | None = None  # the direction that is written
    written: bool = True

    @classmethod
    def of(cls, config: Config, section: Tune | None) -> "_Objective":
        written = (config.experiment.tune or {}).get("objective")
        given = section.objective.direction if section is not None and section.objective else None
        if isinstance(written, dict) and isinstance(written.get("metric"), str):
            return cls(config, written["metric"], ("tune", "objective", "metric"), given)
        if isinstance(written, str):
            return cls(config, written, ("tune", "objective"))
        if config.experiment.train.monitor is not None:
            return cls(config, config.experiment.train.monitor, ("train", "monitor"))
        return cls(config, default_monitor(config.experiment), ("tune",), written=False)

    @property
    def direction(self) -> Direction:
        """`min` or `max`: whether a lower or a higher value of the metric is better."""
        return direction(self.metric, self.config.experiment.train.metrics)

    def problems(self) -> Iterator[Problem]:
        source = self.config.experiment.data
        if isinstance(source.validation, Nothing):
            help = f"give `data.{source.called()}.validation` a share such as `0.1`"
            path = ("data", source.called(), "validation")
            yield Problem("a search needs a validation split to score its trials on", path, help)
            return
        if isinstance(source.validation, File) and isinstance(source.test_rule, File):
            yield from self._one_file(source.validation.path, source.test_rule.path)
        yield from self._metric()

    def comparable(self, written: list[Written]) -> Iterator[Problem]:
        """Yield a problem for each parameter that changes the loss while `val_loss` decides."""
        for one in written:
            if self.metric == "val_loss" and f"{one.parameter.path}.".startswith("train.loss."):
                message = "trials with different losses cannot be compared by `val_loss`"
                yield Problem(message, one.at, "write another `objective`, such as `val_accuracy`", on_key=True)

    def _one_file(self, validation: str, test: str) -> Iterator[Problem]:
        if os.path.realpath(validation) == os.path.realpath(test):
            message = "validation and test are the same file, so that the search would choose by the test rows"
            path = ("data", self.config.experiment.data.called(), "validation", "file")
            yield Problem(message, path, "write a share of the training rows, such as `validation: 0.1`")

    def _metric(self) -> Iterator[Problem]:
        known = columns(self.config.experiment, self.config.experiment.data.known_schema)
        if not self.metric.startswith("val_") or (known is not None and self.metric not in known):
            names = known or _USUAL
            yield Problem(self._message(names), self.path, self._help(names), on_key=not self.written)
        elif self.given is not None and self.given != self.direction:
            better = "lower" if self.direction == "min" else "higher"
            message = f"`direction: {self.given}` searches for the worst: a {better} `{self.metric}` is better"
            yield Problem(message, ("tune", "objective", "direction"), "remove `direction`")

    def _message(self, known: set[str]) -> str:
        """Return what is wrong with a metric that is not one of the validation split."""
        split, metric = split_and_metric(self.metric)
        if split == "test":
            return f"`{self.metric}` is a metric of the test split; a search must not choose by the test rows"
        if self.metric in known or (split == "train" and metric in known):
            return f"`{self.metric}` is a metric of the training split; a search needs one of the validation split"
        return f"this run has no metric `{self.metric}`"

    def _help(self, known: set[str]) -> str:
        names = sorted(name for name in known if name.startswith("val_"))
        meant = meant_column(self.metric, names)
        if not meant:
            return f"write one of {listed(names)}"
        return f"write `{meant}`" if self.metric.startswith("val_") else f"write `objective: {meant}` below `tune`"


def _engine_fits(section: Tune, config: Config, written: list[Written]) -> Iterator[Problem]:
    """Yield what the engine cannot do with this space or these options."""
    engine = section.engine
    name = engine.called()
    if config.experiment.train.on_disease != "warn":
        message = "the doctor does not look at the trials of a search, so `on_disease` cannot act"
        yield Problem(message, ("train", "on_disease"), "leave it out", on_key=True)
    if config.experiment.train.ensemble is not None:
        message = "a trial trains one network, so `ensemble` cannot act"
        help = "leave it out, and add it to best.yaml, which the search writes"
        yield Problem(message, ("train", "ensemble"), help, on_key=True)
    if section.pruner is not None and engine.package != "optuna":
        help = "remove `pruner`, or write an engine of Optuna, such as `engine: TPE`"
        library = {"keras_tuner": "KerasTuner", "hyperopt": "Hyperopt"}[engine.package]
        yield Problem(f"`{name}` is an engine of {library}, which cannot prune", ("tune", "pruner"), help)
    if section.max_epochs_total is not None:
        yield from _counts_epochs(section, config, written)
    yield from _trains_once(section, config)
    if engine.promotes:
        yield from _decides_epochs(name, config, written)
    ranges = [one for one in written if one.parameter.condition is None and one.parameter.kind in ("int", "float")]
    if len(ranges) < engine.least_ranges:
        message = f"`{name}` needs at least {engine.least_ranges} ranges that every trial has"
        yield Problem(message, ("tune", "engine"), "write `engine: TPE`", on_key=True)


def _trains_once(section: Tune, config: Config) -> Iterator[Problem]:
    """Yield what excludes the several trainings of a trial, over seeds or over folds."""
    name, help = "folds" if section.folds else "repeats", "remove one of the two"
    if section.pruner is not None and section.trainings > 1:
        yield Problem(f"`{name}` and `pruner` exclude each other", ("tune", name), help, on_key=True)
    if section.folds and section.repeats > 1:
        yield Problem("`folds` and `repeats` exclude each other", ("tune", "folds"), help, on_key=True)
    data = config.experiment.data
    if section.folds and "validation" in data.split_files():
        message = "`folds` divides the training rows, and `validation` names a file of its own"
        yield Problem(message, ("tune", "folds"), "remove `folds`, or `validation: {file: ...}`", on_key=True)


def _counts_epochs(section: Tune, config: Config, written: list[Written]) -> Iterator[Problem]:
    """Yield what contradicts `max_epochs_total`, which must allow the first trial: the config itself."""
    total, train = section.max_epochs_total, config.experiment.train
    message = "`max_epochs_total` counts epochs, and `train.steps` does not give their number"
    if train.steps is not None:
        yield Problem(message, ("train", "steps"), "write `epochs`", on_key=True)
    for place in [one.at for one in written if one.parameter.path == "train.steps"]:
        yield Problem(message, place, "search `train.epochs` in its place", on_key=True)
    one = (train.epochs or DEFAULT_EPOCHS) * section.trainings
    if train.steps is None and not section.engine.promotes and total < one:
        word = "folds" if section.folds else "repeats"
        repeats = f", in its {section.trainings} {word}" if section.trainings > 1 else ""
        message = f"one trial trains {counted(one, 'epoch')}{repeats}, more than `max_epochs_total: {total}`"
        yield Problem(message, ("tune", "max_epochs_total"), f"give {one} or more")


def _decides_epochs(name: str, config: Config, written: list[Written]) -> Iterator[Problem]:
    """Yield what contradicts an engine that decides how long a trial trains."""
    for one in written:
        if one.parameter.path in ("train.epochs", "train.steps"):
            yield Problem(f"`{name}` decides how long a trial trains", one.at, "remove the parameter", on_key=True)
    if config.experiment.train.steps is not None:
        message = f"`{name}` gives its trials epochs, and `steps` contradicts them"
        yield Problem(message, ("train", "steps"), "write `epochs`", on_key=True)
