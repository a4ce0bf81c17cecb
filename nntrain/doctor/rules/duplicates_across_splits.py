"""Rows of the validation or test split that are in the training split too."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """Rows are in two splits, so that a score is better than it is for new rows."""


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for the split with the most shared rows, where they are at least one in twenty."""
    if case.resolved.experiment.data.group_duplicates:
        return
    shared = sorted(case.statistics.shared_rows, key=lambda one: -one.count / one.rows)
    if shared:
        worst = shared[0]
        path = ("data", case.data.name, "group_duplicates")
        evidence = {"shared_rows": float(worst.count), "rows": float(worst.rows)}
        cure = prescribed(case, (path, True))
        yield Finding("warning" if worst.is_many else "note", str(worst), path, evidence, cure, weight=4.0)
