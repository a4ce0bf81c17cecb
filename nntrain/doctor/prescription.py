"""Lines that `fit` accepts after `--set`: each is tried on the config before it is printed."""

from collections.abc import Sequence
from typing import Any

from nntrain.config.data_schema import Schema
from nntrain.config.load import from_document
from nntrain.config.named import spelled_out, to_tree
from nntrain.doctor.case import Case
from nntrain.document import yaml_file
from nntrain.document.yaml_file import Document, inline
from nntrain.errors import ConfigError, Path, dotted

_FEW = 100  # updates, below which so many times more may still be few
_ENOUGH = 500
_TIMES = 5


def prescribed(case: Case, *changes: tuple[Path, Any]) -> tuple[str, ...]:
    """Return an assignment for each change, or none at all where the config would not be valid with them.

    A change of a layer in a list that does not have it, because nntrain adds it, is made in the whole list.
    """
    return accepted(case, case.resolved.schema, *changes)


def longer(case: Case) -> tuple[Path, int]:
    """Return the change of `train.epochs` or `train.steps` to five times as many, to 500 updates where they are few.

    500 is the median of the healthy configs of the tests. Every rule asks here, so none prescribes less than another.
    """
    train = case.resolved.train
    name, amount = ("epochs", train.epochs or 1) if train.steps is None else ("steps", train.steps)
    enough = -(-_ENOUGH * amount // max(1, case.updates)) if case.updates < _FEW else 0
    return ("train", name), max(_TIMES * amount, enough)


def accepted(case: Case, schema: Schema, *changes: tuple[Path, Any]) -> tuple[str, ...]:
    """Return the assignments as `prescribed` does, for changes with which the data are of this schema."""
    for attempt in (changes, _in_whole_model(case, changes)):
        lines = tuple(dict.fromkeys(f"{dotted(path)}={inline(value)}" for path, value in attempt))
        if lines and is_accepted(case, lines, schema):
            return lines
    return ()


def is_accepted(case: Case, lines: Sequence[str], schema: Schema | None = None) -> bool:
    """Return whether the config is valid with these assignments, and fits the data, or others of this schema."""
    try:
        config = from_document(assigned(case.prepared.config.document, lines))
        config.resolve(schema or case.resolved.schema)
    except ConfigError:
        return False
    return True


def assigned(document: Document, lines: Sequence[str]) -> Document:
    """Return the document with the assignments; raises ConfigError for one that it cannot take."""
    for line in lines:
        document = yaml_file.assign(document, line, spelled_out)
    return document


def with_layer(case: Case, at: int, *items: Any, drop: int = 0) -> tuple[Path, Any]:
    """Return the change of the model that puts items at a position of its list, in place of `drop` layers there."""
    model = model_tree(case)
    return ("model",), [*model[:at], *items, *model[at + drop :]]


def model_tree(case: Case) -> list[Any]:
    """Return the list `model` as the user wrote it, and the layers that nntrain adds to it."""
    written = case.prepared.config.document.tree["model"]
    return [*written, *(to_tree(layer) for layer in case.resolved.added)]


def _in_whole_model(case: Case, changes: Sequence[tuple[Path, Any]]) -> list[tuple[Path, Any]]:
    """Return the changes with those of layers joined to one of the list."""
    model: Any = model_tree(case)
    others = [(path, value) for path, value in changes if path[:1] != ("model",)]
    for path, value in changes:
        if path[:1] == ("model",) and len(path) > 1:
            model = _changed(model, path[1:], value)
    return [(("model",), model), *others]


def _changed(tree: Any, path: Path, value: Any) -> Any:
    """Return a copy of a tree with the value at a path; a bare name on the way becomes a mapping."""
    if not path:
        return value
    key = path[0]
    if isinstance(tree, list) and isinstance(key, int):
        return [*tree[:key], _changed(tree[key], path[1:], value), *tree[key + 1 :]]
    if not isinstance(tree, dict):
        tree = {} if tree is None or tree == key else (spelled_out(str(key), tree) or {})
    inner = tree.get(key)
    if inner is not None and not isinstance(inner, dict) and len(path) > 1:
        inner = spelled_out(str(key), inner)
    return {**tree, key: _changed(inner, path[1:], value)}
