"""Learning curves, drawn by `curves.js` from numbers in the page."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from nntrain.report.markup import Html, element, escaped, joined, listed
from nntrain.report.sealed import json_script
from nntrain.subject import Row, Subject

TITLE = "Learning curves"
MOST_CHARTS = 12
MOST_POINTS = 60_000  # of all lines together: about 1 MB
MOST_NAMED = 8  # lines that have a colour and a name, as in curves.js
_BESIDE = ("epoch", "seconds")  # columns that are no curve


def content(subjects: Sequence[Subject]) -> Html:
    """Return a chart for each metric, with the lines of all runs, and the numbers that they are drawn from."""
    frame, numbers = parts(subjects)
    return joined((frame, json_script("curve-data", numbers))) if frame else frame


def parts(subjects: Sequence[Subject]) -> tuple[Html, dict[str, Any]]:
    """Return the boxes of the charts, and what `curves.js` draws in them; nothing where no run has a row."""
    runs = list(_runs(subjects))
    names = list(dict.fromkeys(name.removeprefix("val_") for _, run in runs for row in run.rows[:1] for name in row))
    names = sorted((name for name in names if name not in _BESIDE), key=lambda name: name == "learning_rate")
    if not names:
        return Html(""), {}
    lines = 2 * len(runs) * min(len(names), MOST_CHARTS)
    most = max(8, MOST_POINTS // lines)
    charts = [{"name": name, "series": list(_series(name, runs, most))} for name in names[:MOST_CHARTS]]
    known = [{"name": name, "best": _kept(run)} for name, run in runs]
    frame = joined(
        (
            _controls(len(runs) > 1, any("val_loss" in run.rows[0] for _, run in runs)),
            _legend(known),
            element("div", joined(_chart(name) for name in names[:MOST_CHARTS]), class_="charts" + _many(runs)),
            _left_out(names[MOST_CHARTS:]),
        )
    )
    return frame, {"charts": charts, "runs": known}


def _many(runs: Sequence[Any]) -> str:
    return " many" if len(runs) > MOST_NAMED else ""


def _runs(subjects: Sequence[Subject]) -> Iterator[tuple[str, Subject]]:
    """Yield every run that has rows, with its name."""
    for subject in subjects:
        for run in subject.runs or (subject,):
            if run.rows:
                yield _name(run, subject, len(subjects) > 1)[:100], run


def _name(run: Subject, subject: Subject, several: bool) -> str:
    """Return the name of a run, below that of its group or search where it is one of several."""
    if run.directory == subject.directory:  # the run itself, or the mean of those in it
        return run.name
    return str(run.directory.path.relative_to(subject.directory.path.parent if several else subject.directory.path))


def _series(name: str, runs: Sequence[tuple[str, Subject]], most: int) -> Iterator[dict[str, Any]]:
    for number, (_, run) in enumerate(runs):
        has_split = any(f"val_{name}" in row for row in run.rows[:1])
        for split, column in (
            ("train" if has_split or name != "learning_rate" else "", name),
            ("validation", f"val_{name}"),
        ):
            if column in run.rows[0]:
                points = thinned([(_epoch(row), row.get(column)) for row in run.rows], most)
                yield {"run": number, "split": split, "x": [x for x, _ in points], "y": [y for _, y in points]}


def _epoch(row: Row) -> int:
    return int(row["epoch"] or 0)


def thinned(points: Sequence[tuple[int, float | None]], most: int) -> list[tuple[int, float | None]]:
    """Return at most about `most` of the points, the first, the last and the extremes of each stretch among them.

    Values have five digits; one that is not finite is None.
    """
    plain = [(epoch, _rounded(value)) for epoch, value in points]
    if len(plain) <= most:
        return plain
    size = math.ceil(2 * len(plain) / most)
    kept = {0, len(plain) - 1}
    for start in range(0, len(plain), size):
        places = [place for place in range(start, min(start + size, len(plain))) if plain[place][1] is not None]
        if places:
            kept |= {min(places, key=lambda at: plain[at][1] or 0.0), max(places, key=lambda at: plain[at][1] or 0.0)}
        else:
            kept.add(start)
    return [plain[place] for place in sorted(kept)]


def _rounded(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{value:.5g}")


def _kept(run: Subject) -> int:
    return int(run.summary.get("best_epoch") or 0)


def _controls(several: bool, has_validation: bool) -> Html:
    boxes = [_box("log", "log scale", False)]
    if has_validation:
        boxes += [_box("train", "training", not several), _box("validation", "validation", True)]
    button = element("button", "Show all epochs", type="button", id="whole")
    keys = "Hover to read values, drag to zoom. Keys: arrows read, + and - zoom, 0 shows all."
    hint = element("p", keys, class_="hint", id="keys")
    return joined((element("div", joined((*boxes, button)), class_="controls"), hint))


def _box(name: str, label: str, checked: bool) -> Html:
    mark = " checked" if checked else ""
    return Html(f'<label><input type="checkbox" name="{name}"{mark}>{escaped(label)}</label>')


def _legend(runs: Sequence[dict[str, Any]]) -> Html:
    samples = [_sample("train", 0, "training"), _sample("validation", 0, "validation")]
    if len(runs) > MOST_NAMED:
        return element("p", f"A line for each of {len(runs)} runs: dashed on the training split, solid on validation.")
    if len(runs) > 1:
        samples = [_sample("validation", number, run["name"]) for number, run in enumerate(runs)]
    return Html(str(listed(samples)).replace("<ul>", '<ul class="legend">', 1))


def _sample(split: str, run: int, label: str) -> Html:
    line = f'<path class="line {split} c{run}" d="M0 6H32"/>'
    return Html(f'<svg viewBox="0 0 32 12" aria-hidden="true">{line}</svg>{escaped(label)}')


def _chart(name: str) -> Html:
    words = f"{name} over the epochs"
    output = Html('<output aria-live="polite"></output>')
    chart = element("div", output, class_="chart", tabindex=0, role="group", aria_label=words, aria_describedby="keys")
    return element("figure", joined((element("figcaption", name), chart)))


def _left_out(names: Sequence[str]) -> Html:
    if not names:
        return Html("")
    return element("p", f"Not drawn, but in metrics.csv: {', '.join(names)}", class_="quiet")
