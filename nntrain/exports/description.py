"""schema.json of an export: what a program needs beside the model, to take raw rows and to name what it predicts."""

import json
from typing import Any

from nntrain.config.table import Column, Table
from nntrain.data.written_numbers import Style
from nntrain.exports.exported_run import ExportedRun
from nntrain.model.build import outputs_of

VERSION = 1


def description(exported: ExportedRun) -> dict[str, Any]:
    """Return inputs, columns of a table, classes or targets, and how the outputs of the model become scores.

    `output`: `activation` is what the outputs still need, `sigmoid`, `softmax` or nothing. Of a single unit s of two
    classes the scores are `mirror` - s and s, and the second class is predicted where s is above `threshold`. `columns`
    are the names under which `nntrain predict` writes the scores.
    """
    saved = exported.saved
    schema, resolved = saved.resolved.schema, saved.resolved
    kind = "probability" if resolved.are_probabilities else "score"
    columns = [f"{kind}_{name}" for name in schema.classes] or list(schema.targets)
    count = len(columns) or schema.target_count
    return {
        "version": VERSION,
        "run": exported.name,
        "input": {
            "shape": list(schema.shape),
            "dtype": saved.dtype,
            "features": list(schema.features),
            "takes_missing": resolved.takes_missing,
        },
        "table": None if saved.table is None else columns_of(saved.table),
        "classes": list(schema.classes),
        "targets": list(schema.targets),
        "output": {**_decision(exported), "columns": columns or [f"prediction_{index + 1}" for index in range(count)]},
    }


def columns_of(table: Table) -> dict[str, Any]:
    """Return the columns in their order, each with the `parts` of a date and how numbers are written."""
    columns = [
        {**column.model_dump(mode="json"), "parts": list(column.parts), "style": _style(column)}
        for column in table.columns
    ]
    return {**table.model_dump(mode="json"), "columns": columns}


def _style(column: Column) -> dict[str, str] | None:
    """Return a regular expression of the cells of a column whose numbers are not written plainly, and their signs."""
    style = Style.of(column.format) if column.kind == "numeric" and column.format else None
    return None if style is None else {"cell": style.pattern, "thousands": style.thousands, "decimal": style.decimal}


def _decision(exported: ExportedRun) -> dict[str, Any]:
    resolved = exported.saved.resolved
    if not resolved.schema.classes:
        return {"activation": None}
    outputs = outputs_of(resolved, exported.saved.model)
    single = resolved.output.units == 1
    activation = ("sigmoid" if single else "softmax") if outputs.logits else None
    if not single:
        return {"activation": activation}
    threshold = outputs.threshold if outputs.decision is None else float(outputs.decision.threshold.numpy()[0])
    return {"activation": activation, "mirror": 2 * outputs.threshold, "threshold": threshold}


def text(exported: ExportedRun) -> str:
    """Return the content of schema.json."""
    return json.dumps(description(exported), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
