"""What a shell completes: configs, runs, dotted paths after `--set`, and the words that `nntrain list` explains.

The names of commands and options are completed by Typer. Nothing here prints: what cannot be read completes nothing.
"""

import os
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

_MOST = 500  # configs that are offered


def configs(incomplete: str) -> list[str]:
    """Return the YAML files that begin so, in the folder that is written and in those below it."""
    folder = incomplete[: incomplete.rfind("/") + 1]
    found = (path for pattern in ("*", "[!.]*/*") for path in sorted(Path(folder or ".").glob(f"{pattern}.y*ml")))
    names = (f"{folder}{path.relative_to(folder or '.').as_posix()}" for path in found if path.name[:1] != ".")
    return [name for name in names if name.startswith(incomplete)][:_MOST]


def runs(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the runs, groups and searches in the folder of the runs whose names begin so."""
    from nntrain.storage.find_runs import all_groups, all_searches, is_run

    folder = Path(ctx.params.get("runs_dir") or os.environ.get("NNTRAIN_RUNS_DIR") or "runs")
    single = [path for path in folder.glob("[!.]*") if is_run(path)]
    several = [found.path for found in (*all_groups(folder), *all_searches(folder))]
    return sorted({path.name for path in (*single, *several) if path.name.startswith(incomplete)})


def configs_and_runs(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the configs and the runs that begin so."""
    return [*configs(incomplete), *runs(ctx, incomplete)]


def formats(incomplete: str) -> list[str]:
    """Return the formats of `export` that begin so."""
    from nntrain import extensions

    return [name for name in extensions.names("exporters") if name.startswith(incomplete)]


def assignments(incomplete: str) -> list[str]:
    """Return the paths that begin so: with `=` where a value may follow, with `.` where the path goes on.

    In a config that is on the command line, the positions of layers and the names that are written there.
    """
    return [] if "=" in incomplete else list(_paths(_tree(), incomplete))


def words(incomplete: str) -> list[str]:
    """Return the kinds, names and options that begin so, or the continuations of a path."""
    from nntrain.config import describe

    if "." in incomplete:
        return [path.rstrip("=.") for path in dict.fromkeys(_paths(None, incomplete))]
    return [word for word in describe.all_words() if word.startswith(incomplete)]


def plots(incomplete: str) -> list[str]:
    """Return the kinds of plots that begin so."""
    from nntrain import extensions

    every = [(folder, name) for folder in ("plots", "search.plots") for name in extensions.names(folder)]
    known = [name for folder, name in every if folder == "search.plots" or _is_of_a_run(folder, name)]
    return [name for name in known if name.startswith(incomplete)]


def _is_of_a_run(folder: str, name: str) -> bool:
    from nntrain import extensions

    return hasattr(extensions.load(folder, name), "SUBJECTS")


def _paths(tree: Any, incomplete: str) -> Iterator[str]:
    from nntrain.config import describe

    *above, begun = incomplete.split(".")
    node = describe.node_at(above)
    if node is None:
        return
    for name in _written(tree, above) or describe.children(node):
        path = ".".join([*above, name])
        goes_on = describe.node_at([*above, name]) is not None
        if name.startswith(begun):
            yield from [f"{path}."] * goes_on
            yield from [f"{path}="] * (name in node.model_fields)


def _written(tree: Any, path: list[str]) -> list[str]:
    """Return the positions of a list, or the one name of a thing, in a config; nothing elsewhere."""
    from nntrain.config.named import is_name
    from nntrain.config.search.trial_config import value_at

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
    from nntrain.document import yaml_file
    from nntrain.errors import NNTrainError

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
