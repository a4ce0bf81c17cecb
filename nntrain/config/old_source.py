"""The source `table` under its old name `csv_table`, in which every column but the label held numbers."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from nntrain.document.yaml_file import Document, inline
from nntrain.errors import Path, Span
from nntrain.storage import run_files

OLD, NEW = "csv_table", "table"


def line_that_works(options: Any) -> str:
    """Return the help for the old name: the same options with the new names."""
    known = _in_new_words(options) if isinstance(options, Mapping) else {}
    known = {name: value for name, value in known.items() if name not in ("columns", "encode")}
    if not known:
        return f"write `{NEW}: {{path: ..., target: ...}}`"
    return f"write `{inline({NEW: known})[1:-1]}`"


def renamed(document: Document) -> Document:
    """Return a config that a version of nntrain has written with the new name; any other as it is."""
    tree = document.tree
    if FilePath(document.file).name not in run_files.WRITTEN_CONFIGS or not isinstance(tree, Mapping):
        return document
    data = tree.get("data")
    if not isinstance(data, Mapping) or not isinstance(options := data.get(OLD), Mapping):
        return document
    tree = {**tree, "data": {NEW: _in_new_words(options)}}
    if isinstance(tune := tree.get("tune"), Mapping) and isinstance(space := tune.get("space"), Mapping):
        paths = {_new_path(tuple(str(path).split("."))): value for path, value in space.items()}
        tree["tune"] = {**tune, "space": {".".join(map(str, path)): value for path, value in paths.items()}}
    return replace(document, tree=tree, values=_moved(document.values), keys=_moved(document.keys))


def _in_new_words(options: Mapping[str, Any]) -> dict[str, Any]:
    new = {"target" if name == "label" else name: value for name, value in options.items()}
    is_class = "label" in options
    return {**new, "task": "classification" if is_class else "regression", "columns": "numeric", "encode": False}


def _moved(places: Mapping[Path, Span]) -> dict[Path, Span]:
    return {_new_path(path): span for path, span in places.items()}


def _new_path(path: Path) -> Path:
    if path[:2] != ("data", OLD):
        return path
    return ("data", NEW, *("target" if name == "label" else name for name in path[2:]))
