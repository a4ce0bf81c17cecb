"""The values of the configs of runs, and in which of them they differ."""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any

from nntrain.document import yaml_file
from nntrain.errors import NNTrainError
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir

_LAYER = re.compile(r"model\.\d+")

Settings = Mapping[str, Any]
"""Values by dotted path. Where there is a named thing, its name is at the path itself: `train.optimizer` is `Adam`."""


def settings(run: RunDir, environment: Mapping[str, Any] | None = None) -> Settings:
    """Return the values of a run's config; none where its file is missing or damaged.

    environment: the content of environment.json, which holds them since it is read five times as fast as the config.
    """
    if environment is not None and "settings" in environment:
        return dict(environment["settings"])
    try:
        return dict(_flat((), yaml_file.written(run.read_text(run_files.RESOLVED), run_files.RESOLVED)))
    except (NNTrainError, RecursionError):
        return {}


def flat(tree: Any) -> Settings:
    """Return the values of a config by dotted path."""
    return dict(_flat((), tree))


def as_json(tree: Any) -> dict[str, Any]:
    """Return the values of a config for a JSON file, which has no infinite numbers."""
    return {path: str(value) if value in (inf, -inf) else value for path, value in _flat((), tree)}


def _flat(path: tuple[str, ...], value: Any) -> Iterator[tuple[str, Any]]:
    if path == ("model",) and isinstance(value, list):
        yield "model", ", ".join(next(iter(layer)) if isinstance(layer, dict) else str(layer) for layer in value)
    if isinstance(value, dict):
        if len(value) == 1 and path:
            yield ".".join(path), str(next(iter(value)))
        for name, item in value.items():
            yield from _flat((*path, str(name)), item)
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        for index, item in enumerate(value):
            yield from _flat((*path, str(index)), item)
    else:
        yield ".".join(path), ", ".join(map(str, value)) if isinstance(value, list) else value


def differing(every: Sequence[Settings]) -> list[str]:
    """Return the paths that all these configs have, with values that differ, in the order of the first config.

    Those below a name that differs are left out: the options of `SGD` are not those of `Adam`. So are the names of
    single layers, `model.0`, which `model` lists, and what a search reads alone.
    """
    known = [one for one in every if one]
    if len(known) < 2:
        return []
    shared = [path for path in known[0] if all(path in one for one in known) and not _LAYER.fullmatch(path)]
    return [path for path in shared if len({repr(one[path]) for one in known}) > 1 and is_of_training(path)]


def is_of_training(path: str) -> bool:
    """Return whether a value has to do with a training: what `tune` says has not."""
    return path.partition(".")[0] != "tune"


def short_names(paths: Sequence[str], taken: Sequence[str] = ()) -> dict[str, str]:
    """Return the shortest end of each path that no other path has, and is not taken: `units`, or `1.Dense.units`.

    A place in a list has the list's name: `callbacks.0`.
    """
    return {path: _shortest(path, [*taken, *(other for other in paths if other != path)]) for path in paths}


def _shortest(path: str, others: Sequence[str]) -> str:
    parts = path.split(".")
    ends = (
        ".".join(parts[-count:]) for count in range(1, len(parts)) if any(map(str.isalpha, "".join(parts[-count:])))
    )
    return next((end for end in ends if not any(f".{other}".endswith(f".{end}") for other in others)), path)
