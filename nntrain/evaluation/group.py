"""The metrics of a group of runs: those of each run on its own split, and what they have in the mean."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nntrain.config.load import load_run
from nntrain.evaluation.evaluate import Evaluation, Table
from nntrain.evaluation.scores import MetricSummary, summarize
from nntrain.storage.run_dir import RunDir

_ONE = (0.0, 1.0)  # of an accuracy
_UP_TO_ONE = (float("-inf"), 1.0)  # of R² and D²


@dataclass(frozen=True)
class GroupEvaluation:
    """What each run of a group scores on the split of this name: of folds the rows of its fold.

    metrics: the loss and the metrics of the config. score: by which models are compared, accuracy, R² or D². models:
    this score of the group, and of the simple models that were fitted to the training rows of each run.
    """

    split: str
    runs: int
    metrics: dict[str, MetricSummary]
    metric_classes: dict[str, str]
    score: str
    models: dict[str, MetricSummary]

    def as_json(self) -> dict[str, Any]:
        """Return all of it for `--json`."""
        return asdict(self)

    def models_table(self) -> Table:
        """Return the table of the models."""
        rows: list[list[Any]] = [
            [name, each.mean, each.sd, each.low, each.high, each.count] for name, each in self.models.items()
        ]
        columns = ("model", f"mean {self.score}", "sd", "95 % from", "to", "runs")
        return f"baselines, fitted to the training rows of each run and scored on its {self.split} split", columns, rows


def of_group(name: str, runs: Sequence[RunDir], evaluated: Iterable[Evaluation]) -> GroupEvaluation:
    """Return what the runs of a group, of which each is evaluated, score together; name: of the group."""
    found = list(evaluated)
    first, train = found[0], load_run(runs[0]).experiment.train
    metrics = {
        metric: summarize([each.metrics[metric] for each in found], train.bounds(metric)) for metric in first.metrics
    }
    score, _ = first.compared
    scores = {name: [each.compared[1] for each in found]}
    for place, baseline in enumerate(first.baselines):
        scores[baseline.name] = [each.baselines[place].score for each in found]
    bounds = _ONE if score == "accuracy" else _UP_TO_ONE
    models = {model: summarize(values, bounds) for model, values in scores.items()}
    return GroupEvaluation(first.split, len(found), metrics, first.metric_classes, score, models)
