"""Far more parameters than the rows can determine."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding


@dataclass(frozen=True)
class Options:
    """The model is far larger than the data.

    `ratio` of parameters to training rows times outputs. Networks generalize with more parameters than rows (Zhang et
    al. 2017, https://arxiv.org/abs/1611.03530), so this alone is a note.
    """

    ratio: float = 100.0


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a note; overfitting itself is seen in the curves."""
    outputs = len(case.resolved.schema.classes) or case.resolved.schema.target_count
    ratio = case.parameters / (case.rows * outputs)
    if ratio >= options.ratio:
        message = f"{case.parameters:,} parameters for {case.rows:,} training rows"
        evidence = {"parameters": float(case.parameters), "rows": float(case.rows), "ratio": ratio}
        yield Finding("note", message, ("model",), evidence, help="use fewer units, or Dropout", weight=1.0)
