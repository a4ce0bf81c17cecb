"""What a service takes and returns, as JSON Schemas for OpenAPI, and what it is."""

from typing import Any

from nntrain.config.table import Column, Table
from nntrain.config.value_types import LARGEST
from nntrain.model.restore import SavedModel

_MOST_LISTED = 100  # categories of a column

JsonSchema = dict[str, Any]


def request_schema(saved: SavedModel, most_rows: int) -> JsonSchema:
    """Return the schema of the body of `/predict`: names, kinds and ranges of the columns, or the shape of an array."""
    row = _array_of(saved, list(saved.resolved.schema.shape)) if saved.table is None else _row_of(saved, saved.table)
    rows = {"type": "array", "items": row, "minItems": 1, "maxItems": most_rows}
    return {"type": "object", "properties": {"rows": rows}, "required": ["rows"], "additionalProperties": False}


def answer_schema(saved: SavedModel) -> JsonSchema:
    """Return the schema of the answer of `/predict`: the columns that `nntrain predict` writes."""
    resolved = saved.resolved
    number: JsonSchema = {"type": "number"}
    if resolved.are_probabilities:
        number |= {"minimum": 0, "maximum": 1}
    kind = "probability" if resolved.are_probabilities else "score"
    classes, targets = resolved.schema.classes, resolved.schema.targets
    names = [f"{kind}_{name}" for name in classes] or list(targets)
    columns: JsonSchema = {"class": {"type": "string", "enum": list(classes)}} if classes else {}
    row = {"type": "object", "properties": columns | dict.fromkeys(names, number)}
    notes = {"type": "array", "items": {"type": "string"}}
    return {"type": "object", "properties": {"predictions": {"type": "array", "items": row}, "notes": notes}}


def _row_of(saved: SavedModel, table: Table) -> JsonSchema:
    missing = saved.resolved.takes_missing
    columns = {column.name: _value_of(column, missing) for column in table.columns}
    ignored: JsonSchema = {name: {"description": "Ignored."} for name in table.left_out}
    return {
        "type": "object",
        "properties": columns | ignored,
        "required": list(columns),
        "additionalProperties": False,
    }


def _value_of(column: Column, missing: bool) -> JsonSchema:
    words = f"{column.kind}{'; null where it is missing' if missing else ''}"
    null = ["null"] if missing else []
    if column.kind == "numeric" and column.format:
        return {
            "type": ["number", "string", *null],
            "description": f"{words}; as a text it is written as {column.format}",
        }
    if column.kind == "numeric":
        return {"type": ["number", *null], "minimum": -LARGEST, "maximum": LARGEST, "description": words}
    if column.kind == "date":
        return {"type": ["string", *null], "description": f"{words}; written as {column.format}"}
    listed = list(column.categories[:_MOST_LISTED])
    kinds = ["string", "boolean" if column.kind == "boolean" else "number", *null]
    return {"type": kinds, "examples": listed, "description": f"{words}; of the training: {', '.join(listed)}"}


def _array_of(saved: SavedModel, shape: list[int]) -> JsonSchema:
    if shape:
        inner = _array_of(saved, shape[1:])
        return {"type": "array", "items": inner, "minItems": shape[0], "maxItems": shape[0]}
    if saved.dtype == "uint8":
        return {"type": "integer", "minimum": 0, "maximum": 255}
    return {"type": "number", "minimum": -LARGEST, "maximum": LARGEST}


def metadata(saved: SavedModel, run: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the content of `/metadata`; facts: what summary.json and model.json say."""
    schema = saved.resolved.schema
    columns = () if saved.table is None else saved.table.columns
    return {
        "run": run,
        "task": schema.task,
        "classes": list(schema.classes),
        "targets": list(schema.targets),
        "shape": list(schema.shape),
        "columns": [column.model_dump(exclude_defaults=True) for column in columns],
        "takes_missing": saved.resolved.takes_missing,
        **facts,
    }
