"""The trials of a search, the best first."""

from collections.abc import Sequence
from typing import Any

from nntrain.config.settings import short_names
from nntrain.report.markup import Html, element, joined, table
from nntrain.subject import Subject, as_number, ranked

TITLE = "Trials"
MOST_TRIALS = 100
_OWN = ("trial", "status", "score", "spread", "epochs", "seconds", "message")


def content(subjects: Sequence[Subject]) -> Html:
    """Return a table for each search."""
    searches = [subject for subject in subjects if subject.trials]
    parts: list[Html] = []
    for search in searches:
        parts += [element("h3", search.name)] if len(subjects) > 1 else []
        parts.append(_table(search))
        if len(search.trials) > MOST_TRIALS:
            rest = f"{len(search.trials) - MOST_TRIALS:,} more trials are in trials.csv."
            parts.append(element("p", rest, class_="quiet"))
    return joined(parts)


def _table(search: Subject) -> Html:
    rows = ranked(search.summary, search.trials)[:MOST_TRIALS]
    columns = [name for name in rows[0] if any(row.get(name) for row in rows)]
    names = short_names([name for name in columns if name not in _OWN], _OWN)
    objective = str(search.summary.get("objective", "score"))
    heads = [objective if name == "score" else names.get(name, name) for name in columns]
    cells = [[_cell(name, row.get(name, "")) for name in columns] for row in rows]
    return table(f"Trials by {objective}, the best first", heads, cells)


def _cell(name: str, text: str) -> Any:
    decimal = "." in text or "e" in text or name in ("score", "spread", "seconds")
    value = as_number(text) if decimal else None
    return text if value is None else value
