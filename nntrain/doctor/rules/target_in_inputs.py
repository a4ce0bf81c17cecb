"""A column of the inputs gives the target away."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """A feature is the target in another form.

    `correlation` with the target of a regression, where there are other features that would not be needed.
    `rows`: with fewer a column may have one value for each class by chance.
    """

    correlation: float = 0.9999
    rows: int = 50


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for a column that is a line of the target, or that has one value for each class.

    Where every column does that, none is a leak: the task is easy, or was made so, and it is a note. Inputs that are
    the targets themselves are those of an autoencoder.
    """
    import numpy as np

    x, names = case.inputs.x, case.resolved.schema.features
    if case.inputs.is_image or x.shape[1] < 2 or x.shape[1] > 1000 or len(x) < options.rows:
        return
    if case.is_regression and case.statistics.targets_are_inputs:
        return
    varying = np.flatnonzero(case.inputs.spread > 0).tolist()
    strengths = {column: case.statistics.dependence(column) for column in varying}
    strong = [column for column, strength in strengths.items() if strength >= options.correlation]
    if strong:
        column = strong[0]
        name = names[column] if len(names) == x.shape[1] else str(column + 1)
        message = f"the column `{name}` gives the target away: it alone determines it"
        evidence = {"strength": strengths[column], "columns": float(len(strong))}
        severity: Severity = "note" if len(strong) == len(strengths) > 1 else "warning"
        yield Finding(severity, message, ("data", case.data.name), evidence, _cure(case, name), weight=8.5)


def _cure(case: Case, name: str) -> tuple[str, ...]:
    if case.data.name != "table":
        return ()
    ignored = list(getattr(case.resolved.experiment.data, "ignore", []))
    return prescribed(case, (("data", "table", "ignore"), [*ignored, name]))
