"""From a file and `--set` to a validated experiment; every error has its place."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from nntrain.config import file_checks, old_source, plugin, rules, set_help
from nntrain.config.data import Source, is_table
from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.named import spelled_out, to_tree
from nntrain.config.resolve import Resolved, resolve
from nntrain.config.value_types import relative_to
from nntrain.document import yaml_file
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError, Path, Problem
from nntrain.nearest import exists
from nntrain.storage import run_files
from nntrain.storage.find_runs import WEIGHTS, is_run
from nntrain.storage.run_dir import RunDir


@dataclass(frozen=True)
class Config:
    """An experiment with its text for messages; `known`: its resolved form, if the schema needs no reading."""

    experiment: Experiment
    document: Document
    warnings: tuple[Problem, ...] = ()
    known: Resolved | None = None

    @cached_property
    def document_to_train(self) -> Document:
        """The document without the section `tune`."""
        document = self.document
        tree = {name: part for name, part in document.tree.items() if name != "tune"}
        values, keys = (
            {at: span for at, span in found.items() if at[:1] != ("tune",)}
            for found in (document.values, document.keys)
        )
        return replace(document, tree=tree, values=values, keys=keys)

    @cached_property
    def tree(self) -> dict[str, Any]:
        """The experiment as plain values, with all our own defaults."""
        tree: dict[str, Any] = to_tree(self.experiment)
        return tree

    def with_data(self, source: Source | None) -> "Config":
        """Return the config with the options of its data source that were found when the data were read."""
        if source is None:
            return self
        return replace(self, experiment=self.experiment.model_copy(update={"data": source}))

    def resolve(self, schema: Schema) -> Resolved:
        """Return the experiment with nothing left out; raises ConfigError where it does not fit the data."""
        if self.known is not None and self.known.schema == schema:
            return self.known
        resolved = resolve(self.experiment, schema)
        if found := [problem for problem in self._data_problems(resolved) if problem.severity == "error"]:
            raise ConfigError(problems=found)
        return resolved

    def late_warnings(self, resolved: Resolved) -> list[Problem]:
        """Return the warnings that only the schema of the data can show, if it was not known before they were read."""
        if self.known is not None:
            return []
        return [problem for problem in self._data_problems(resolved) if problem not in self.warnings]

    def _data_problems(self, resolved: Resolved) -> list[Problem]:
        found = rules.data_problems(self.experiment, resolved)
        return self.document.in_order([_weighed(self.document, problem) for problem in found])


def load(file: str | FilePath, assignments: Sequence[str] = (), seed: int | None = None) -> Config:
    """Read a config, apply `path=value` assignments, and validate it; raises ConfigError with all problems."""
    return from_document(read(file, assignments, seed))


def load_run(run: RunDir, assignments: Sequence[str] = ()) -> Config:
    """Return the config of a run, as `load` does; raises ConfigError where a plug-in of its training is not in use."""
    refuse_other_plugins(run)
    return load(run.file(run_files.RESOLVED), assignments)


def refuse_other_plugins(run: RunDir) -> None:
    """Raise ConfigError where a plug-in that a run was trained with is not in use, or has another content."""
    if (run.path / run_files.ENVIRONMENT).is_file():
        plugin.refuse_others(run.read_json(run_files.ENVIRONMENT).get("plugins", ()), run)


def read(file: str | FilePath, assignments: Sequence[str] = (), seed: int | None = None) -> Document:
    """Read a config and apply `path=value` assignments; raises ConfigError for text that cannot be parsed."""
    if is_run(FilePath(file)):
        again = FilePath(file) / run_files.RESOLVED
        help = f"write `nntrain fit {again}` to train it again, or `nntrain resume {file}`"
        raise ConfigError(f"`{file}` is a run, not a config", help=help)
    if str(file).endswith(WEIGHTS) and exists(FilePath(file)):
        help = f"write `nntrain fit CONFIG --init-from {shlex.quote(str(file))}` to begin with its weights"
        raise ConfigError(f"`{file}` is a model, not a config", help=help)
    if exists(FilePath(file)) and FilePath(file).is_file() and is_table(str(file)):
        help = f"run `nntrain init {shlex.quote(str(file))}`, which writes a config for it"
        raise ConfigError(f"`{file}` is a table, not a config", help=help)
    return changed(yaml_file.read(file), assignments, seed)


def changed(document: Document, assignments: Sequence[str], seed: int | None = None) -> Document:
    """Return the document with `path=value` assignments applied; raises ConfigError for one that does not fit."""
    document = old_source.renamed(document)
    for assignment in assignments:
        document = _assigned(document, assignment)
    return document if seed is None else put(document, "seed", seed)


def lines_that_work(file: str | FilePath, text: str) -> list[str]:
    """Return what a user meant by an assignment that does not fit a config; raises ConfigError as `read` does."""
    return set_help.lines_that_work(yaml_file.read(file), text, _checked)


def put(document: Document, path: str, value: Any) -> Document:
    """Return the document with the value at the dotted path; raises ConfigError for a path that does not exist."""
    return yaml_file.put(document, path, value, spelled_out)


def put_value(config: Config, path: str, value: Any) -> Config:
    """Return the config with the value at the dotted path; raises ConfigError as `put` and `from_document` do."""
    return from_document(put(config.document, path, value))


def _assigned(document: Document, text: str) -> Document:
    try:
        put = yaml_file.assign(document, text, spelled_out)
    except ConfigError as error:
        raise ConfigError(problems=set_help.with_line(error.problems, document, text, _checked)) from None
    return replace(put, warnings=(*put.warnings, *set_help.dropped(document, text)))


def from_document(document: Document) -> Config:
    """Validate a document; raises ConfigError with all problems."""
    document = old_source.renamed(document)
    try:
        return _checked(document)
    except ConfigError as error:
        problems = document.in_order([*error.problems, *_missing_files(document)])
        raise ConfigError(problems=with_lines(document, problems)) from None


def with_lines(document: Document, problems: Sequence[Problem]) -> Sequence[Problem]:
    """Return the problems with the lines that work as the help of those that `--set` has made."""
    for text, before in document.before:
        problems = set_help.with_line(problems, before, text, _checked)
    return problems


def _missing_files(document: Document) -> list[Problem]:
    """Return what is wrong with the files of a config that has other errors, if its section `data` is valid."""
    try:
        with relative_to(FilePath(document.file).parent):
            return file_checks.faults(Source.parse(document.tree["data"]), document)
    except (KeyError, TypeError, ValidationError, PydanticCustomError):
        return []


def _checked(document: Document) -> Config:
    try:
        experiment = validated(document)
    except ConfigError as error:
        raise ConfigError(problems=document.in_order([*error.problems, *_of_rules(document, error)])) from None
    schema = experiment.data.known_schema
    known = None if schema is None else resolve(experiment, schema)
    ruled = [_weighed(document, problem) for problem in rules.problems(experiment, known)]
    found = document.in_order([*document.warnings, *ruled])
    if any(problem.severity == "error" for problem in found):
        raise ConfigError(problems=found)
    return Config(experiment, document, tuple(found), known)


def _of_rules(document: Document, error: ConfigError) -> list[Problem]:
    """Return what the rules find in the valid sections beside the invalid ones; what depends on those is left out."""
    wrong = {problem.path[:1] for problem in error.problems}
    if not isinstance(document.tree, dict) or not wrong <= {("model",), ("train",), ("tune",), ("seed",)}:
        return []
    tree = {name: part for name, part in document.tree.items() if (name,) not in wrong}
    try:
        experiment = validated(replace(document, tree={"model": ["Flatten"], **tree}, problems=()))
    except ConfigError:
        return []
    schema = None if ("model",) in wrong else experiment.data.known_schema
    found = rules.problems(experiment, None if schema is None else resolve(experiment, schema))
    sure = [one for one in found if one.path[:1] not in wrong and one.path[-1:] != ("monitor",)]
    return [one for one in sure if _weighed(document, one).severity == "error"]


def validated(document: Document) -> Experiment:
    """Return the experiment of a document, without the rules across options; raises ConfigError with all problems."""
    try:
        with relative_to(FilePath(document.file).parent):
            experiment: Experiment = Experiment.model_validate(document.tree)
    except ValidationError as error:
        found = [_not_twice(worded(details), document) for details in error.errors()]
        new = [problem for problem in found if not is_echo(problem, document)]
        raise ConfigError(problems=document.in_order([*document.problems, *new])) from None
    if document.problems:
        raise ConfigError(problems=document.in_order(document.problems))
    return experiment


def _not_twice(problem: Problem, document: Document) -> Problem:
    """Return the problem of an unknown key with another help where the key that it offers is there already."""
    meant = re.fullmatch(r"write `(\w+)`", problem.help)
    beside, key = document.value(problem.path[:-1]), document.keys.get(problem.path)
    if meant is None or not problem.on_key or not isinstance(beside, dict) or meant[1] not in beside:
        return problem
    if key is None or key.line == 0:  # put in place of the other one
        return problem
    return replace(problem, help=f"remove it, or merge it with `{meant[1]}`, which is there too")


def is_echo(problem: Problem, document: Document) -> bool:
    """Return whether the text itself has a problem at this place already."""
    known = any(problem.path == other.path for other in document.problems)
    return known or any(problem.path[: len(path)] == path for path in document.lost)


def worded(error: ErrorDetails, above: Path = ()) -> Problem:
    """Return a reworded error of pydantic as a problem; `above` is the path of the section."""
    context = error["ctx"]
    return Problem(context["message"], (*above, *error["loc"]), context["help"], on_key=context["on_key"])


_ACCEPTED_BEFORE = ("patience", "start_from_epoch", "restore_best_weights", "mode", "axis", "height", "width")


def _weighed(document: Document, problem: Problem) -> Problem:
    """Return the problem, as a warning for a patience or a start that is late only as `--set` shortened the training.

    A config that nntrain writes does not show that the epochs were set, so in it the problem is a warning too. So are
    contradictions that earlier versions have accepted, and names of metrics.
    """
    written = FilePath(document.file).name in run_files.WRITTEN_CONFIGS
    by_hand = document.set_by_hand(("train", "epochs"))
    option = problem.path[-1] if problem.path else ""
    named = option == "name" and problem.path[:2] == ("train", "metrics")
    if (option in ("patience", "start_from_epoch") and by_hand) or (written and (named or option in _ACCEPTED_BEFORE)):
        return replace(problem, severity="warning")
    return problem
