"""The targets of a regression are few whole numbers, or whole numbers that were scaled: they look like classes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import accepted
from nntrain.errors import Path


@dataclass(frozen=True)
class Options:
    """Classes are predicted as numbers, perhaps scaled by mistake.

    `values`: different targets at most; a regression with 200 rows has mostly as many values as rows, and
    one with fewer than `rows` may have few by chance. `scales`: what pixels, percentages and grades are divided by.
    """

    values: int = 10
    rows: int = 50
    scales: tuple[float, ...] = (255.0, 256.0, 100.0, 10.0)


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning where few values repeat, an error where they are whole numbers divided by 255.

    More than two that were predicted well may be numbers: a note.
    """
    import numpy as np

    if not case.is_regression or case.resolved.schema.target_count != 1 or case.resolved.schema.counts:
        return
    values = np.unique(case.targets.y)
    if not 2 <= len(values) <= options.values or case.rows < options.rows:
        return
    evidence = {"different_targets": float(len(values)), "lowest": float(values[0]), "highest": float(values[-1])}
    scaled = next((scale for scale in options.scales if _is_scaled(values, scale)), 0.0)
    source = case.data.name
    path = ("data", source)
    if scaled:
        message = f"the targets are {len(values)} whole numbers divided by {scaled:g}: they look like labels of classes"
        yield Finding(
            "error", message, path, evidence, help="save the labels as they were, without scaling", weight=8.0
        )
        return
    if not np.array_equal(values, np.arange(values[0], values[0] + len(values))):
        return
    message = f"the targets are the whole numbers from {values[0]:g} to {values[-1]:g}: they look like classes"
    cure = _cure(case, source, values)
    help = "" if cure else "number the classes from 0, as whole numbers, and write `task: classification`"
    yield Finding(case.suspicion, message, path, evidence, cure, help, weight=6.0)


def _is_scaled(values: Any, scale: float) -> bool:
    import numpy as np

    back = np.asarray(values) * scale
    return bool(np.allclose(back, back.round(), atol=1e-3) and back.max() <= 100 and np.abs(values).max() < 1)


def _cure(case: Case, source: str, values: Any) -> tuple[str, ...]:
    """Return the lines that make it a classification, with the output layer, loss and metrics that the user wrote.

    Classes of a file of arrays are numbered from 0; those of a table have names.
    """
    if source not in ("npz_file", "table") or (source == "npz_file" and values[0] != 0):
        return ()
    two, train, block = len(values) == 2, case.prepared.config.experiment.train, case.blocks[-1]
    changes: list[tuple[Path, object]] = [(("data", source, "task"), "classification")]
    if not case.resolved.added and not two and hasattr(block.head.spec, "units"):
        changes.append(((*block.head.path, "units"), len(values)))
    if not case.resolved.added and block.activation != ("sigmoid" if two else "softmax"):
        changes.append((block.activation_path, "sigmoid" if two else "softmax"))
    if train.loss is not None:
        changes.append((("train", "loss"), "binary_crossentropy" if two else "sparse_categorical_crossentropy"))
    if train.metrics:
        changes.append((("train", "metrics"), ["accuracy"]))
    schema = replace(case.resolved.schema, classes=tuple(f"{value:g}" for value in values), targets=())
    return accepted(case, schema, *changes)
