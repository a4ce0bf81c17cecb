"""Where an expression is computed: `--at x=1,y=2`."""

import re
from collections.abc import Iterator, Sequence

from nntrain.errors import ConfigError
from nntrain.explain.expression.graph import Graph
from nntrain.nearest import nearest

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SEPARATED = re.compile(r"[^\s=,;][;\s]\s*[^\s=,;]")  # as in `1;2`, `1 2` and `x=1 y=2`
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def read_point(graph: Graph, at: Sequence[str]) -> dict[str, float]:
    """Return the number of each input; raises ConfigError for an input without one, and a number without an input."""
    point: dict[str, float] = {}
    for name, value in (pair for text in at for pair in _pairs(text)):
        if name in point:
            raise ConfigError(f"`--at` has two values for `{name}`", help="give one value for each name")
        point[name] = value
    for name, node in graph.inputs.items():
        if name not in point:
            given = ",".join([*map(_written, point.items()), name])
            other = ", or write `exp(1)` for the number" if name == "e" else ""
            node.place.refuse(f"`{name}` has no value", f"add `--at {given}=1`{other}")
    if unknown := point.keys() - graph.inputs.keys():
        name = min(unknown)
        help = f"write `{nearest(name, graph.inputs)}`" if nearest(name, graph.inputs) else "leave it out of `--at`"
        raise ConfigError(f"`{name}` of `--at` is in no expression", help=help)
    return {name: point[name] for name in graph.inputs}


def numbers(text: str, option: str) -> list[float]:
    """Return numbers that commas separate; raises ConfigError for anything else."""
    return [_number(each, option, "1,0.5,-0.2") for each in _parts(text, option, "1,0.5,-0.2")]


def _written(pair: tuple[str, float]) -> str:
    return f"{pair[0]}={pair[1]:g}"


def _pairs(text: str) -> Iterator[tuple[str, float]]:
    for part in _parts(text, "--at", "x=1,y=2"):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value or not _NAME.fullmatch(name):
            shown = name if _NAME.fullmatch(name) else "x"
            raise ConfigError(f"`--at {text}` has no value in `{part}`", help=f"write `--at {shown}=1`")
        yield name, _number(value, "--at", f"{name}=1")


def _parts(text: str, option: str, example: str) -> list[str]:
    """Return what commas separate; raises ConfigError for nothing between two, and for other separators."""
    parts = [part.strip() for part in text.split(",")]
    if "" in parts:
        where = "is empty" if not text.strip() else "has a comma with nothing beside it"
        raise ConfigError(f"`{option} {text}` {where}", help=f"write `{option} {example}`")
    if other := next((part for part in parts if _SEPARATED.search(part)), None):
        raise ConfigError(f"`{other}` of `{option}` is more than one value", help=f"write commas: `{option} {example}`")
    return parts


def _number(text: str, option: str, example: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else float("nan")
    if value - value != 0:
        raise ConfigError(f"`{text}` of `{option}` is not a finite number", help=f"write `{option} {example}`")
    return value
