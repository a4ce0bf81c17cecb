"""The config: what differs from the defaults, or between the runs, and all of it."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from nntrain.config.named import to_tree
from nntrain.config.settings import Settings, differing, flat
from nntrain.config.train import Train
from nntrain.document import yaml_file
from nntrain.errors import NNTrainError
from nntrain.report.markup import Html, element, folded, joined, preformatted, table
from nntrain.storage import run_files
from nntrain.subject import Subject

TITLE = "Config"
MOST_SUBJECTS = 12  # columns of a table
MOST_FILES = 20
_CHOSEN, _KERAS = "chosen by nntrain", "that of Keras"  # defaults that no table holds
MOST_LETTERS = 200_000  # of all files together


def content(subjects: Sequence[Subject]) -> Html:
    """Return the differences, then the files."""
    if len(subjects) > 1:
        return joined((_between(subjects), *(_file(each, MOST_FILES) for each in subjects[:MOST_FILES])))
    return joined((_from_defaults(subjects[0].first), _file(subjects[0])))


def _between(subjects: Sequence[Subject]) -> Html:
    shown = [each for each in subjects if each.first.settings][:MOST_SUBJECTS]
    paths = differing([each.first.settings for each in shown])
    if not paths:
        return element("p", "The configs do not differ in a value that all of them have.")
    rows = [[path, *(str(each.first.settings.get(path, "")) for each in shown)] for path in paths]
    return table("Where the configs differ", ["path", *(each.name for each in shown)], rows)


def _from_defaults(run: Subject) -> Html:
    """Return the values of training that are not the defaults; those that nntrain chose for the data are left out."""
    defaults, written = _defaults(), _written(run)
    rows = [
        [path, str(value), str(defaults.get(path, _CHOSEN if path.count(".") == 1 else _KERAS))]
        for path, value in run.settings.items()
        if _differs(path, value, defaults, written) and not _is_options(path, run.settings)
    ]
    if not rows:
        return element("p", "The training has the defaults of nntrain.") if run.settings else Html("")
    return table("What the training does not leave to the defaults", ["path", "value", "default"], rows)


def _differs(path: str, value: Any, defaults: Settings, written: set[str]) -> bool:
    if path != "seed" and not path.startswith("train."):
        return False  # data and model have no defaults as a whole
    if path in defaults:
        return bool(value != defaults[path])
    return any(path == one or path.startswith(f"{one}.") for one in written)


def _is_options(path: str, settings: Settings) -> bool:
    """Return whether the path is that of the one option of a named thing, which follows: `train.optimizer.SGD`."""
    above, _, last = path.rpartition(".")
    return settings.get(above) == last and f"{path}.{settings[path]}" in settings


@cache
def _defaults() -> Settings:
    return {**flat({"train": to_tree(Train.model_validate({}))}), "seed": 0}


def _written(run: Subject) -> set[str]:
    """Return the paths that the config or the command line has."""
    try:
        tree = yaml_file.written(run.directory.read_text(run_files.CONFIG), run_files.CONFIG)
        paths = {path for path in flat(tree) if "." in path}  # a section of one option has a path of its own too
    except (NNTrainError, RecursionError):
        paths = set()
    command = run.environment.get("command")
    words = [str(word) for word in command] if isinstance(command, list) else []
    return paths | {word.partition("=")[0].strip() for word in words if "=" in word}


def _file(subject: Subject, files: int = 1) -> Html:
    for name in (run_files.RESOLVED, run_files.BEST, run_files.SEARCH, run_files.CONFIG):
        if (subject.directory.path / name).is_file():
            try:
                text = subject.directory.read_text(name)
            except NNTrainError:
                continue
            return folded(f"{subject.name}/{name}", preformatted(text[: MOST_LETTERS // files]))
    return Html("")
