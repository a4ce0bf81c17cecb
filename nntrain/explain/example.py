"""The explanation of one step of training on one example, or on a few."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nntrain.explain import checks, example_plot
from nntrain.explain.batch import batch_of
from nntrain.explain.compare import compare
from nntrain.explain.example_report import ExampleReport
from nntrain.explain.explained_model import INITIAL, ExplainedModel
from nntrain.explain.explanation import Explanation
from nntrain.explain.float64_model import Float64Model, precision
from nntrain.explain.passes import BatchLoss, one_step


@dataclass(frozen=True)
class Wish:
    """What to explain beside the step itself. example: the number or the name of a row, or None for the first."""

    example: str | None = None
    rows: int = 1
    check: bool = False
    forward: bool = False
    compare: Path | None = None


def explain(explained: ExplainedModel, wish: Wish) -> Explanation:
    """Return one step of training in float64; raises ConfigError for rows and files that do not fit."""
    batch = batch_of(explained, wish.example, wish.rows)
    with precision():
        float64_model = Float64Model(explained.resolved, explained.model)
        objective = BatchLoss(float64_model, batch)
        passes = one_step(explained.resolved, objective)
        paths = [each.path for each in float64_model.weights]
        report = ExampleReport(
            explained,
            batch,
            float64_model,
            passes,
            masks=float64_model.masks(objective.x),
            check=checks.central_differences(objective, passes) if wish.check else None,
            forward=checks.forward_mode(objective, passes) if wish.forward else None,
            compared=compare(wish.compare, dict(zip(paths, passes.totals, strict=True))) if wish.compare else None,
        )
    title = f"{explained.name}, {batch.title}" + ("" if explained.weights == INITIAL else f", {explained.weights}")
    draw = partial(example_plot.draw, title, report.panels())
    return Explanation(report.content(), report.tables(), draw, report.notes())
