"""The scores of a run as a notebook shows them: `run.evaluate()`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from nntrain.api import page
from nntrain.evaluation.evaluate import Evaluation
from nntrain.terminal import shown_number, titled


@dataclass(frozen=True, repr=False)
class Scores(Evaluation):
    """An evaluation, which a notebook shows as tables, with the plots that were drawn. plots: their files."""

    plots: tuple[Path, ...] = ()

    @classmethod
    def of(cls, found: Evaluation, plots: Sequence[Path]) -> Self:
        """Return an evaluation with its plots."""
        return cls(**vars(found), plots=tuple(plots))

    def __repr__(self) -> str:
        metrics = ", ".join(f"{name} {shown_number(value)}" for name, value in self.metrics.items())
        low, high = self.interval
        return f"{self.split}, {self.rows:,} rows: {metrics}; {self.score} from {low:.4f} to {high:.4f}"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: what `nntrain eval` prints, as tables."""
        names = titled(list(self.metrics), self.metric_classes)
        cells = [list(row) for row in zip(names, self.metrics.values(), self.intervals_in_words(), strict=True)]
        tables = [("metrics", ("metric", "value", "95 %"), cells), *self.tables("the run")]
        return page.of_tables(f"{self.split}, {self.rows:,} rows", tables, self.plots)
