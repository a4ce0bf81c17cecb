"""Gradients from a JSON file beside ours: an entry differs by more than half of its last printed digit."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.errors import ConfigError
from nntrain.explain.checks import named
from nntrain.nearest import near_path, nearest
from nntrain.storage.regular_file import irregular_kind

MOST_BYTES = 100_000_000
_TOLERANCE = 1e-9  # relative; for files that print more digits than that
_EXAMPLE = '{"gradients": {"dense/kernel": [[0.1, 0.2]]}}'


@dataclass(frozen=True)
class Difference:
    """An entry that differs."""

    entry: str
    theirs: float
    ours: float


@dataclass(frozen=True)
class Compared:
    """The entries of a file that differ, of all that it has; `missing` are the weights that it lacks."""

    file: str
    entries: int
    differences: Sequence[Difference]
    missing: Sequence[str]


def compare(file: Path, gradients: Mapping[str, np.ndarray]) -> Compared:
    """Compare a file `{"gradients": {path: lists}}` with gradients by path; raises ConfigError for another file."""
    theirs = {path: nested for path, nested in _read(file).items() if not _is_shortened(nested)}
    for path in theirs:
        if path not in gradients:
            help = f"write `{nearest(path, gradients) or next(iter(gradients), '')}`; give kernels as (inputs, units)"
            raise ConfigError(f"`{file}` has gradients of `{path}`, which the model has not", help=help)
    found: list[Difference] = []
    count = 0
    for path, nested in theirs.items():
        ours = gradients[path]
        for index, value in _entries(nested, ours, path, file):
            count += 1
            exponent = value.as_tuple().exponent
            half = 0.5 * 10.0 ** (exponent if isinstance(exponent, int) else 0)
            if abs(float(value) - ours[index]) > max(half * (1 + 1e-6), _TOLERANCE * abs(ours[index])):
                found.append(Difference(named(path, index), float(value), float(ours[index])))
    return Compared(str(file), count, found, [path for path in gradients if path not in theirs])


def _read(file: Path) -> dict[str, Any]:
    """Return nested lists of Decimal by the paths of weights."""
    if file.is_dir():
        raise ConfigError(f"`{file}` is a folder", help=f"name a file in it, such as `{file}/gradients.json`")
    if not file.is_file():
        raise ConfigError(f"there is no file `{file}`", help=near_path(file))
    if irregular_kind(file) or file.stat().st_size > MOST_BYTES:
        raise ConfigError(f"`{file}` is no file of gradients", help=f"write one such as {_EXAMPLE}")
    try:
        content = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    except (OSError, ValueError, RecursionError) as error:
        words = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ConfigError(f"`{file}` cannot be read as JSON: {words}", help=f"write one such as {_EXAMPLE}") from None
    found = content.get("gradients") if isinstance(content, dict) else None
    if not isinstance(found, dict) or not found:
        raise ConfigError(f"`{file}` has no object `gradients`", help=f"write one such as {_EXAMPLE}")
    return found


def _is_shortened(nested: Any) -> bool:
    """Return whether `explain -o` has written only the norm of a long array."""
    return isinstance(nested, dict) and nested.get("shortened") is True


def _entries(nested: Any, ours: np.ndarray, path: str, file: Path) -> Iterator[tuple[tuple[int, ...], Decimal]]:
    """Yield the places and numbers of nested lists, which must have the shape of ours."""
    for index in np.ndindex(ours.shape):
        value = nested
        for depth, at in enumerate(index):
            if not isinstance(value, list) or len(value) != ours.shape[depth]:
                raise _other_shape(file, path, ours)
            value = value[at]
        if not isinstance(value, Decimal) or not value.is_finite():
            raise _other_shape(file, path, ours)
        yield index, value


def _other_shape(file: Path, path: str, ours: np.ndarray) -> ConfigError:
    shape = " x ".join(map(str, ours.shape)) or "of one number"
    message = f"the gradient of `{path}` in `{file}` is no list of numbers of the shape {shape}"
    return ConfigError(message, help="give kernels as Keras does: (inputs, units)")
