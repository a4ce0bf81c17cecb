"""The arguments of Python as what the commands take: configs, assignments, seeds."""

import operator
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from nntrain.config import load
from nntrain.document import yaml_file
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError, Path, Problem
from nntrain.storage.home import expanded

Config = str | os.PathLike[str] | Mapping[str, Any]
Assignments = Mapping[str, Any] | Sequence[str]
Folder = str | os.PathLike[str]
_SHORT = 60  # letters of a value in a message
RUN = "run"  # the name of a run whose config is not a file


def document(config: Config, changes: Assignments | None, seed: int | None, last: str | None = None) -> Document:
    """Return the config of a file, or of a dict as YAML would have it, with `set`, `last` and `seed` applied.

    Relative paths in a dict are those from the working folder. Raises ConfigError as `nntrain fit` does.
    """
    every = (*assignments(changes), *([] if last is None else [last]))
    if not isinstance(config, Mapping):
        return load.read(path_of("config", config, "the path of a YAML file or a dict"), every, seed)
    tree = plain(config)
    return load.changed(Document(tree, "", data=yaml_file.dump(tree).encode()), every, seed)


def changed(document: Document, changes: Assignments | None) -> Document:
    """Return the document with `set` applied."""
    return load.changed(document, assignments(changes))


def folder(runs_dir: Folder | None) -> FilePath:
    """Return the folder of the runs, by default that of the commands: NNTRAIN_RUNS_DIR, else `runs`."""
    given = None if runs_dir is None else path_of("runs_dir", runs_dir, "a folder")
    return expanded(given or os.environ.get("NNTRAIN_RUNS_DIR") or "runs")


def path_of(name: str, given: Any, what: str) -> str:
    """Return a path, or a name, as a text; raises ConfigError for anything else, with what was expected."""
    if not isinstance(given, (str, os.PathLike)):
        raise ConfigError(f"`{name}` is {what}, got {_shown(given)}", help=f"give {what}")
    return os.fspath(given)


def text_of(name: str, given: str | None) -> str | None:
    """Return a text or None; raises ConfigError for anything else."""
    if given is not None and not isinstance(given, str):
        raise ConfigError(f"`{name}` is a text, got {_shown(given)}", help=f"write `{name}='{given}'`")
    return given


def whole(name: str, given: int | None) -> int | None:
    """Return a whole number, NumPy's as Python's, or None; raises ConfigError for anything else."""
    if given is None or (hasattr(given, "__index__") and not isinstance(given, bool)):
        return None if given is None else operator.index(given)
    raise ConfigError(f"`{name}` is a whole number, got {_shown(given)}", help=f"write `{name}=5`")


def _shown(value: Any) -> str:
    """Return a value in a message: its text if it is short, else its type."""
    text = repr(value)
    is_short = len(text) <= _SHORT and "\n" not in text
    return f"`{text}`" if is_short else f"an object of the type `{type(value).__name__}`"


def count(name: str, given: int | None, least: int) -> int:
    """Return the number of an option, 0 for None; raises ConfigError for one that is less than `least`."""
    found = whole(name, given)
    if found is not None and found < least:
        raise ConfigError(f"`{name}` is {least} or more, got `{found}`", help=f"write `{name}={least}`")
    return found or 0


def at_once(given: int | None, several: bool) -> str | None:
    """Return how many runs train at once, as the command takes it; raises ConfigError where there is one run alone."""
    if given is None:
        return None
    if not several:
        help = "leave it out; `nntrain launch --local 2 fit CONFIG` trains one run by several processes"
        raise ConfigError("`workers` are for several runs, which `seeds` or `folds` ask for", help=help)
    return str(count("workers", given, 1))


def name_of(config: Config) -> str:
    """Return the path that gives a run its name."""
    return RUN if isinstance(config, Mapping) else os.fspath(config)


def assignments(changes: Assignments | None) -> tuple[str, ...]:
    """Return `path=value` for each item of a dict; texts are left as they are. Raises ConfigError for anything else."""
    if isinstance(changes, str):
        return (changes,)
    if not isinstance(changes, Mapping):
        texts = tuple(changes or ()) if isinstance(changes, Iterable) or changes is None else (changes,)
        if wrong := [each for each in texts if not isinstance(each, str)]:
            help = 'write `set={"train.epochs": 20}` or `set=["train.epochs=20"]`'
            raise ConfigError(f"`set` takes values by their paths, got {_shown(wrong[0])}", help=help)
        return texts
    return tuple(f"{path}={yaml_file.inline(plain(value, (path,)))}" for path, value in changes.items())


def seeds_text(seeds: int | Iterable[int] | None) -> str | None:
    """Return the number or the list of seeds as `--seeds` takes it."""
    if seeds is None or isinstance(seeds, str) or not isinstance(seeds, Iterable):
        return None if seeds is None else str(seeds)
    return "".join(f"{seed}," for seed in seeds)


def plain(value: Any, path: Path = ()) -> Any:
    """Return a value as YAML would be read: numbers and arrays of NumPy as Python's, tuples as lists, paths as texts.

    Raises ConfigError, with the dotted path, for what a config cannot hold.
    """
    if isinstance(value, Mapping):
        return {str(name): plain(item, (*path, str(name))) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, (*path, index)) for index, item in enumerate(value)]
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, FilePath):
        return str(value)
    if hasattr(value, "tolist"):  # an array or a number of NumPy
        return plain(value.tolist(), path)
    message = f"a config cannot hold an object of the type `{type(value).__name__}`"
    raise ConfigError(problems=[Problem(message, path, "give numbers, texts, lists and dicts")])
