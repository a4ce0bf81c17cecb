"""Rules about the metrics: names that nntrain uses itself, other tasks and classes than the data have."""

from collections.abc import Iterator, Sequence

from nntrain.config.data_rules import CheckedExperiment, Rule
from nntrain.config.keras.metrics import RESERVED_COLUMNS, Metric
from nntrain.config.messages import counted, listed
from nntrain.errors import Path, Problem
from nntrain.nearest import nearest

MOST_THRESHOLDS = 10_000_000  # of all classes of an AUC


def _metric_does_not_fit(subject: CheckedExperiment) -> Iterator[Problem]:
    """A metric must have a name of its own, and fit the task of the data and the classes."""
    seen: set[str] = set()
    for index, metric in enumerate(subject.train.metrics or ()):
        path: Path = ("train", "metrics", index)
        if metric.column in seen:
            yield Problem(f"two metrics are called `{metric.column}`", path, "give one of them a `name`")
        else:
            yield from _name_fits(metric, path)
            yield from _options_fit(metric, subject, path)
        seen.add(metric.column)


def _name_fits(metric: Metric, path: Path) -> Iterator[Problem]:
    column, place = metric.column, (*path, metric.called(), "name")
    if column in RESERVED_COLUMNS:
        yield Problem(f"`{column}` is a name that nntrain uses itself", place, f"write `name: my_{column}`")
    elif not column.isprintable() or not column.strip():
        yield Problem("the name of a metric must be text that can be seen", place, "write letters, digits and `_`")
    elif column.startswith("val_"):
        message = f"`{column}` is the name of a metric on the validation split"
        yield Problem(message, place, f"write `name: {column[4:] or 'my_metric'}`")


def _options_fit(metric: Metric, subject: CheckedExperiment, path: Path) -> Iterator[Problem]:
    place: Path = (*path, metric.called())
    if getattr(metric, "average", None) is not None and getattr(metric, "class_id", None) is not None:
        message = "`average` and `class_id` exclude each other"
        yield Problem(message, (*place, "average"), "remove one of the two", on_key=True)
    if subject.schema is not None:
        yield from _task_fits(metric, bool(subject.schema.classes), path)
    if metric.task == "classes":
        classes = _classes(subject)
        yield from _class_fits(metric, classes, place)
        yield from _top_fits(metric, classes, place)
        yield from _thresholds_fit(metric, len(classes), place)


def _classes(subject: CheckedExperiment) -> Sequence[str | None]:
    """Return the names of the classes, None for each whose name only the data show; empty if nothing is known."""
    if subject.schema is not None:
        return subject.schema.classes
    units = subject.output.units if subject.output else None
    return [None] * max(2, units) if units else ()


def _task_fits(metric: Metric, classes: bool, path: Path) -> Iterator[Problem]:
    if metric.task == "classes" and not classes:
        message = f"`{metric.called()}` is for classes, but the data have numbers to predict"
        yield Problem(message, path, "write `mean_absolute_error` or `r2_score`")
    if metric.task == "numbers" and classes:
        yield Problem(f"`{metric.called()}` is for numbers, but the data have classes", path, "write `accuracy`")


def _class_fits(metric: Metric, classes: Sequence[str | None], place: Path) -> Iterator[Problem]:
    """`class_id` must be a class."""
    class_id, path = getattr(metric, "class_id", None), (*place, "class_id")
    names = [name for name in classes if name is not None]
    if not classes or class_id is None:
        return
    called = str(class_id) in names
    if isinstance(class_id, int) and class_id >= len(classes):
        named = f', or the name in quotes: `"{class_id}"`' if called else ""
        message = f"`class_id: {class_id}` is not a class: there are {len(classes)}, counted from 0"
        yield Problem(message, path, f"use 0 to {len(classes) - 1}{named}")
    elif isinstance(class_id, int) and called and classes[class_id] != str(class_id):
        message = f"`class_id: {class_id}` counts from 0, so it is class `{classes[class_id]}`, not class `{class_id}`"
        yield Problem(message, path, f'write the name in quotes: `"{class_id}"` or `"{classes[class_id]}"`')
    if isinstance(class_id, str) and names and class_id not in names:
        close = nearest(class_id, names)
        help = f"write `{close}`" if close else f"the classes are {listed(names)}"
        yield Problem(f"unknown class `{class_id}`", path, help)


def _top_fits(metric: Metric, classes: Sequence[str | None], place: Path) -> Iterator[Problem]:
    """The k highest scores must not be those of all classes; of `TopK` they only say nothing."""
    k, top_k = getattr(metric, "k", None), getattr(metric, "top_k", None)
    have = f"there are {counted(len(classes), 'class')}"
    fewer = f": {len(classes) - 1}`" + (" or less" if len(classes) > 2 else "")
    if classes and k is not None and k >= len(classes):
        path = (*place, "k") if "k" in metric.model_fields_set else place
        message = f"`k: {k}` makes `{metric.called()}` 1 for every network: {have}"
        yield Problem(message, path, f"write `k{fewer}, or use `accuracy`", severity="warning")
    if classes and top_k is not None and top_k >= len(classes):
        yield Problem(f"`top_k: {top_k}` predicts every class: {have}", (*place, "top_k"), f"write `top_k{fewer}")


def _thresholds_fit(metric: Metric, classes: int, place: Path) -> Iterator[Problem]:
    """The counts of all thresholds and classes must fit into memory; 10 million take 80 MB."""
    thresholds = getattr(metric, "num_thresholds", None)
    if thresholds is not None and thresholds * classes > MOST_THRESHOLDS:
        message = f"`num_thresholds: {thresholds}` is too many for {counted(classes, 'class')}"
        most = MOST_THRESHOLDS // classes
        yield Problem(message, (*place, "num_thresholds"), f"write `num_thresholds: {most}` or less, or leave it out")


METRIC_RULES: tuple[Rule, ...] = (_metric_does_not_fit,)
