"""A validation split that is too small to tell one model from another, or none."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """The validation split is small.

    `half`: half of the 95 % interval of an accuracy of 0.9 by the normal approximation, 1.96 · sqrt(0.9 · 0.1 / n),
    from which it is a note; 0.05 is 138 rows. `rows`: with fewer it is a warning.
    """

    half: float = 0.1
    rows: int = 10


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a note with the interval, a warning for fewer than ten rows."""
    split, source = case.data.validation, case.data.name
    path = ("data", source, "validation")
    if split is None:
        message = "there is no validation split: overfitting cannot be seen"
        yield Finding("note", message, path, {"rows": 0.0}, prescribed(case, (path, 0.2)), weight=1.0)
        return
    half = 1.96 * (0.9 * 0.1 / len(split)) ** 0.5
    if half < options.half:
        return
    meant = ", few to tell one model from another"
    if not case.is_regression:
        meant = f": the 95 % interval of an accuracy of 0.9 is ±{half:.2f}"
    message = f"the validation split has {len(split)} rows{meant}"
    few = len(split) < options.rows and case.rows > 4 * options.rows
    evidence = {"rows": float(len(split)), "half_interval": half}
    cure = prescribed(case, (path, 0.3)) if few else ()
    help = "" if few else "compare over several splits: `nntrain fit CONFIG --folds 5`"
    yield Finding("warning" if few else "note", message, path, evidence, cure, help, weight=1.0)
