"""Metrics on every split, with intervals and baselines where they are known."""

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

from nntrain.report.markup import Html, element, joined, table
from nntrain.subject import Subject, mapping
from nntrain.terminal import shown_number, titled

TITLE = "Scores"
_SHARE = "accuracy"  # the metric that is a share of rows


def content(subjects: Sequence[Subject]) -> Html:
    """Return the tables of each subject."""
    parts: list[Html] = []
    for subject in subjects:
        if found := joined((_best(subject), _metrics(subject), _statistics(subject), _guess(subject))):
            parts += [element("h3", subject.name), found] if len(subjects) > 1 else [found]
    return joined(parts)


def _metrics(subject: Subject) -> Html:
    """Return the metrics of a run: a row for each split; an accuracy has the 95 % interval of a share."""
    metrics, counts = subject.summary.get("metrics", {}), subject.summary.get("rows", {})
    if not metrics or not isinstance(counts, Mapping):
        return Html("")
    names = list(next(iter(metrics.values())))
    ranged = _SHARE in names and not any(path.endswith(".weight") for path in subject.settings)
    heads = ["split", "rows", *titled(names, subject.summary.get("metric_classes", {}))]
    rows = [
        [split, counts.get(split, ""), *(_shown(found.get(name)) for name in names)]
        + ([_interval(found.get(_SHARE), counts.get(split))] if ranged else [])
        for split, found in metrics.items()
    ]
    how = "; the interval is Wilson's, over the rows of the split" if ranged else ""
    return table(f"The kept model{how}", [*heads, "accuracy, 95 %"] if ranged else heads, rows)


def _shown(value: Any) -> Any:
    return "not finite" if value is None else value


def _interval(share: Any, count: Any) -> str:
    if not isinstance(share, int | float) or not isinstance(count, int) or not count or not 0 <= share <= 1:
        return ""
    low, high = wilson(share, count)
    return f"{low:.3f} to {high:.3f}"


def wilson(share: float, count: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share of `count` rows (Wilson 1927, JASA 22, 209-212)."""
    z = NormalDist().inv_cdf(0.975)
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def _guess(subject: Subject) -> Html:
    """Return what guessing and a linear model reach, from diagnosis.json."""
    scores = subject.diagnosis.get("scores")
    if not isinstance(scores, Mapping) or not all(isinstance(one, Mapping) for one in scores.values()) or not scores:
        return Html("")
    classes = bool(subject.model.get("classes"))
    kind, guess = ("accuracy", "majority class") if classes else ("R²", "mean of the target")
    rows = [
        [
            split,
            *(one.get(name) if isinstance(one.get(name), int | float) else "" for name in ("score", "guess", "linear")),
        ]
        for split, one in scores.items()
    ]
    return table(f"{kind} beside what a model must beat", ["split", "this model", guess, "linear model"], rows)


def _statistics(subject: Subject) -> Html:
    """Return the metrics of a group: mean, standard deviation and interval over its runs."""
    splits = subject.summary.get("statistics")
    numbers = ("mean", "sd", "low", "high", "count")
    if (
        not isinstance(splits, Mapping)
        or not splits
        or not all(isinstance(found, Mapping) for found in splits.values())
    ):
        return Html("")
    rows = [
        [f"{split} {name}", *(_shown(one.get(key)) for key in numbers)]
        for split, found in splits.items()
        for name, one in found.items()
        if isinstance(one, Mapping)
    ]
    heads = ("metric", "mean", "sd", "95 % from", "to", "runs")
    return table("Over the runs; the interval is Student's for the mean", heads, rows)


def _best(subject: Subject) -> Html:
    """Return the score of the best trial of a search, and the metrics of those that were trained again."""
    best, refitted = subject.summary.get("best"), subject.summary.get("refit", {})
    if not best:
        return Html("")
    what = (
        f"The best {subject.summary.get('objective', 'score')}: {shown_number(best.get('score', ''))}, {best['run']}."
    )
    rows = [
        [name, str(one.get("trial", "")), f"{split} {metric}", _shown(value)]
        for name, one in refitted.items()
        for split, found in mapping(one.get("metrics")).items()
        for metric, value in mapping(found).items()
    ]
    again = table("Trained again", ("run", "trial", "metric", "value"), rows) if rows else ""
    return joined((element("p", what), again))
