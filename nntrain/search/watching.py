"""A search that runs, as its files show it."""

import time
from collections.abc import Sequence
from math import isfinite

from nntrain.search import plotting
from nntrain.search.live_view import SearchView
from nntrain.storage.lock import is_locked
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Terminal, plain_console
from nntrain.watching.chart import chart
from nntrain.watching.follow import Look


def look(directory: RunDir) -> Look:
    """Return the screen of a search: the headline, the score over the trials, the best trials and the running ones."""
    is_over = not is_locked(directory.path)
    view = _view(directory)
    state = "" if is_over else "running, "
    news = [view.line(entry) for entry in view.ledger.over()]

    def lines(width: int, height: int, braille: bool) -> Sequence[str]:
        console = plain_console(width=width, soft_wrap=False, color_system=None)
        with console.capture() as captured:
            console.print(view.screen())
        headline, *table = captured.get().splitlines()
        scores = _scores(view, width, max(3, height - len(table) - 3), braille)
        return [f"{directory.path.name}, {state}{headline}", *scores, *table]

    heads = [f"{directory.path.name}, {state}{view.ledger.progress}"]
    return Look(lines, [*news, f"{directory.path.name}: {view.ledger.progress}"] if is_over else news, is_over, heads)


def _view(directory: RunDir) -> SearchView:
    """Return the view of the search, with the epoch that each running trial has reached."""
    folder, spent = plotting.read_with_time(directory)
    view = SearchView(Terminal(quiet=True), folder)
    view.before, view.began = 0, time.monotonic() - spent
    for entry in folder.ledger.entries:
        if entry.status == "running" and (rows := read(folder.run_dir(entry)).rows):
            view.reached[entry.number] = (len(rows), rows[-1].get(folder.search.metric))
    return view


def _scores(view: SearchView, width: int, height: int, braille: bool) -> list[str]:
    """Return a chart of the best score so far, and of the score of each trial."""
    found = [entry.score if entry.score is not None and isfinite(entry.score) else None for entry in view.ledger.over()]
    better = min if view.search.direction == "min" else max
    best: list[float | None] = []
    for score in found:
        known = [value for value in (*best[-1:], score) if value is not None]
        best.append(better(known) if known else None)
    drawn = chart([best, found], width - 10, min(height, 10), braille) if len(found) > 1 else None
    if drawn is None:
        return []
    ends = {0: f"{drawn.high:.4g}", len(drawn.lines) - 1: f"{drawn.low:.4g}"}
    rows = [f"{ends.get(row, ''):>9} {line}" for row, line in enumerate(drawn.lines)]
    return [f"{view.search.metric}, best so far (dots: each trial)", *rows]
