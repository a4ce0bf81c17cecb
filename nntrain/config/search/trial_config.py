"""The config of a trial: the config with values put at their paths."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nntrain.config.load import Config, from_document, put
from nntrain.config.named import spelled_out, to_tree
from nntrain.config.search.space import Values
from nntrain.document import yaml_file
from nntrain.document.assignment import Assignment, Change, named_alike
from nntrain.document.yaml_file import Document

MISSING: Any = object()


def with_values(config: Config, values: Values, extra: Mapping[str, Any] = {}) -> Config:
    """Return the config with every value put, outer paths first, then `extra`, without the section `tune`.

    None removes the option. Raises ConfigError where the values make no valid config.
    """
    return from_document(put_values(config, values, extra))


def put_values(config: Config, values: Values, extra: Mapping[str, Any] = {}) -> Document:
    """Return the document of `with_values`, not validated; raises ConfigError for a path that does not exist."""
    document = config.document_to_train
    for path, value in [*_outer_first(values), *extra.items()]:
        if _removes(document.tree, path, value):
            document = replace(document, tree=_without(document.tree, path.split(".")))
        else:
            document = put(document, path, value)
    return document


def without_places(config: Config, values: Values) -> Document:
    """Return the document of `put_values` without the place of anything, which is faster for thousands of values."""
    tree = config.document_to_train.tree
    for path, value in _outer_first(values):
        given = Assignment(path, path, value)
        removed = _removes(tree, path, value)
        tree = (
            _without(tree, path.split("."))
            if removed
            else Change(given, spelled_out).replaced(tree, given.parts, ())[0]
        )
    return Document(tree, config.document.file)


def _outer_first(values: Values) -> list[tuple[str, Any]]:
    return sorted(values.items(), key=lambda item: item[0].count("."))


def _removes(tree: Any, path: str, value: Any) -> bool:
    return value is None and not isinstance(value_at(tree, path.split(".")[:-1]), list)


def value_at(tree: Any, parts: Sequence[str], name: str = "") -> Any:
    """Return the value at a path of a tree, with names in either spelling and bare scalars; MISSING without one."""
    if not parts:
        return tree
    key = parts[0]
    if isinstance(tree, list):
        known = key.isdecimal() and len(key) < 10 and int(key) < len(tree)
        return value_at(tree[int(key)], parts[1:]) if known else MISSING
    mapping = tree if isinstance(tree, dict) else spelled_out(name, tree)
    if not mapping:
        return MISSING
    alike = named_alike(dict(mapping), key)
    return value_at(alike[key], parts[1:], key) if key in alike else MISSING


def _without(tree: Any, parts: Sequence[str], name: str = "") -> Any:
    if value_at(tree, parts, name) is MISSING:
        return tree
    if isinstance(tree, list):
        return [_without(item, parts[1:]) if n == int(parts[0]) else item for n, item in enumerate(tree)]
    mapping = tree if isinstance(tree, dict) else spelled_out(name, tree)
    alike = named_alike(dict(mapping or {}), parts[0])
    if len(parts) == 1:
        return {key: item for key, item in alike.items() if key != parts[0]}
    return {key: _without(item, parts[1:], key) if key == parts[0] else item for key, item in alike.items()}


def as_yaml(config: Config) -> str:
    """Return the experiment as YAML that runs from any folder: our defaults written out, paths of files absolute."""
    return yaml_file.dump(to_tree(config.experiment))
