"""The data: rows of each split, classes, features, and how the source was asked for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from nntrain.report.markup import Html, element, escaped, folded, joined, table, terms
from nntrain.subject import Subject

TITLE = "Data"
MOST_NAMES = 30  # of classes or features that are shown at once
MOST_FOLDED = 1_000


def content(subjects: Sequence[Subject]) -> Html:
    """Return the data of each subject, once where several have the same."""
    parts: list[Html] = []
    seen = set()
    for subject in subjects:
        run = subject.first
        key = run.environment.get("data_sha256")
        if key is None or key not in seen:
            seen.add(key)
            found = _data(run)
            parts += [element("h3", subject.name), found] if len(subjects) > 1 and found else [found]
    return joined(parts)


def _data(run: Subject) -> Html:
    rows, inputs = run.summary.get("rows"), run.model.get("input", {})
    settings = {path: value for path, value in run.settings.items() if path.split(".")[0] == "data"}
    facts = terms(
        (
            ("source", settings.get("data")),
            ("shape of a row", " × ".join(map(str, inputs.get("shape", ())))),
            ("type", inputs.get("dtype")),
            ("features", _names(inputs.get("features"))),
            ("classes", _names(run.model.get("classes"))),
            ("targets", _names(run.model.get("targets"))),
            ("SHA-256", run.environment.get("data_sha256")),
        )
    )
    counts = table("Rows", ["split", "rows"], list(rows.items())) if isinstance(rows, Mapping) and rows else ""
    options = [[path, value] for path, value in settings.items() if path != "data" and value not in (None, "")]
    asked = folded("Options of the source", table("Options", ["option", "value"], options)) if options else ""
    return joined((facts, counts, asked))


def _names(names: Any) -> Html | str:
    """Return the first names of a list, and the others folded."""
    if not isinstance(names, list | tuple) or not names:
        return ""
    shown = escaped(", ".join(str(name)[:100] for name in names[:MOST_NAMES]), 5_000)
    if len(names) <= MOST_NAMES:
        return shown
    rest = [str(name)[:100] for name in names[MOST_NAMES:MOST_FOLDED]]
    more = folded(f"all {len(names):,}", escaped(", ".join(rest), 40_000))
    return joined((shown, more))
