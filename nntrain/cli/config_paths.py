"""The paths and the words of a config that a shell completes."""

import os
import shlex
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from nntrain.config import describe
from nntrain.config.named import is_name
from nntrain.config.search.trial_config import value_at
from nntrain.document import yaml_file
from nntrain.errors import NNTrainError


def assignments(incomplete: str) -> list[str]:
    """Return the paths after `--set` that begin so, also those in the config of the command line."""
    return [] if "=" in incomplete else list(_paths(_tree(), incomplete))


def words(incomplete: str) -> list[str]:
    """Return the kinds, names and options that begin so, or the continuations of a path."""
    if "." in incomplete:
        return [path.rstrip("=.") for path in dict.fromkeys(_paths(None, incomplete))]
    return [word for word in describe.all_words() if word.startswith(incomplete)]


def _paths(tree: Any, incomplete: str) -> Iterator[str]:
    *above, begun = incomplete.split(".")
    node = describe.node_at(above)
    if node is None:
        return
    for name in _written(tree, above) or describe.children(node):
        path = ".".join([*above, name])
        goes_on = describe.node_at([*above, name]) is not None
        if name.startswith(begun):
            if goes_on:
                yield f"{path}."
            if name in node.model_fields:
                yield f"{path}="


def _written(tree: Any, path: list[str]) -> list[str]:
    """Return the positions of a list, or the one name of a thing, in a config; nothing elsewhere."""
    value = value_at(tree, path)
    if isinstance(value, list):
        return [str(number) for number in range(len(value))]
    name = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else value
    return [name] if isinstance(name, str) and is_name(name) else []


def _tree() -> Any:
    """Return the values of the config on the command line, or nothing where it cannot be read.

    Click has parsed no words: for it, a `--set` without its value is an error. Typer's scripts for the shells put the
    command line into one of two variables.
    """
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    config = next((word for word in _parsed(line) if word.endswith((".yaml", ".yml"))), None)
    with suppress(NNTrainError):
        return yaml_file.read(config).tree if config else None
    return None


def _parsed(line: str) -> list[str]:
    """Return the words of a command line without their quotes, those before one that is open."""
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    found: list[str] = []
    with suppress(ValueError):
        found.extend(lexer)
    return found
