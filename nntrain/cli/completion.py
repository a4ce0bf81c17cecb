"""What a shell completes: configs, runs, dotted paths after `--set`, and the words that `nntrain list` explains.

The names of commands and options are completed by Typer. Nothing here prints: what cannot be read completes nothing.
What reads configs is imported where it is needed, because every command, `--help` too, imports this module.
"""

import os
from pathlib import Path

import typer

from nntrain import extensions

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
    return [name for name in extensions.names("exporters") if name.startswith(incomplete)]


def assignments(incomplete: str) -> list[str]:
    """Return the paths that begin so: with `=` where a value may follow, with `.` where the path continues.

    In a config that is on the command line, the positions of layers and the names that are written there.
    """
    from nntrain.cli import config_paths

    return config_paths.assignments(incomplete)


def words(incomplete: str) -> list[str]:
    """Return the kinds, names and options that begin so, or the continuations of a path."""
    from nntrain.cli import config_paths

    return config_paths.words(incomplete)


def plots(incomplete: str) -> list[str]:
    """Return the kinds of plots that begin so."""
    every = [(folder, name) for folder in ("plots", "search.plots") for name in extensions.names(folder)]
    known = [name for folder, name in every if folder == "search.plots" or _is_of_a_run(folder, name)]
    return [name for name in known if name.startswith(incomplete)]


def _is_of_a_run(folder: str, name: str) -> bool:
    return hasattr(extensions.load(folder, name), "SUBJECTS")
