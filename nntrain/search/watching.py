"""A search that runs, as its files show it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

from nntrain.config.messages import counted
from nntrain.errors import NNTrainError
from nntrain.search import plotting
from nntrain.search.live_view import SearchView
from nntrain.search.search_files import SearchDir
from nntrain.storage import run_files
from nntrain.storage.journal import Journal
from nntrain.storage.lock import is_locked
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Terminal, plain_console
from nntrain.watching.chart import chart
from nntrain.watching.follow import Look
from nntrain.watching.progress import Progress, Row
from nntrain.watching.several import Several

_LABEL = 10  # columns left of a chart
_MOST_TRIALS = 8  # rows of the table that stay on a low screen


def look(directory: RunDir) -> Look:
    """Return the screen of a search: the headline, the score over the trials, the best trials and the running ones."""
    is_over = not is_locked(directory.path)
    folder, spent = plotting.read_with_time(directory)
    view, stacks = _view(folder, spent), [] if is_over else _stacks(folder)
    state = "" if is_over else "running, "
    news = [view.line(entry) for entry in view.ledger.over()]

    def lines(width: int, height: int, braille: bool) -> Sequence[str]:
        console = plain_console(width=width, soft_wrap=False, color_system=None)
        with console.capture() as captured:
            console.print(view.screen())
        headline, *table = captured.get().splitlines()
        found = [f"{directory.path.name}, {state}{headline}", *(each.line() for each in stacks)]
        room = max(_MOST_TRIALS, height - len(found) - (height // 2 if height > 2 * _MOST_TRIALS else 0))
        if len(table) > room:
            table = [*table[: room - 1], f"and {len(table) - room + 1} more"]
        free = max(3, height - len(found) - len(table) - 1)
        scores = _scores(view, width, free, braille) or [
            line for one in stacks[:1] for line in one.chart(width, free, braille)
        ]
        return [*found, *scores, *table]

    heads = [f"{directory.path.name}, {state}{view.ledger.progress}", *(each.line() for each in stacks)]
    return Look(lines, [*news, f"{directory.path.name}: {view.ledger.progress}"] if is_over else news, is_over, heads)


def _view(folder: SearchDir, spent: float) -> SearchView:
    """Return the view of the search, with the epoch that each running trial has reached."""
    view = SearchView(Terminal(quiet=True), folder)
    view.before, view.began = 0, time.monotonic() - spent
    for entry in folder.ledger.entries:
        if entry.status == "running" and (rows := _rows(folder.run_dir(entry))):
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
    title = f"{view.search.metric}, best so far (dots: each trial)"
    return _chart(title, best, found, (width, height), braille) if len(found) > 1 else []


def _chart(
    title: str, first: Sequence[float | None], dots: Sequence[float | None], size: tuple[int, int], braille: bool
) -> list[str]:
    """Return a chart of two curves below its title, nothing where no value is finite; size: width and height."""
    width, height = size
    drawn = chart([first, dots], width - _LABEL, min(height, 10), braille)
    if drawn is None:
        return []
    ends = {0: f"{drawn.high:.4g}", len(drawn.lines) - 1: f"{drawn.low:.4g}"}
    rows = [f"{ends.get(row, ''):>{_LABEL - 1}} {line}" for row, line in enumerate(drawn.lines)]
    return [title, *rows]


@dataclass(frozen=True)
class _Stack:
    """Trainings that a worker trains as one program, of this many trials."""

    trials: int
    runs: Several

    def line(self) -> str:
        """Return what it is and how far it is."""
        trainings = f"{counted(len(self.runs.runs), 'training')} of " if len(self.runs.runs) > self.trials else ""
        what = f"{trainings}{counted(self.trials, 'trial')} as one program"
        shown = self.runs.charted
        return f"{what}, no epoch has ended yet" if shown is None or not shown.rows else f"{what}, {_how_far(shown)}"

    def chart(self, width: int, height: int, braille: bool) -> list[str]:
        """Return the best value of the metric in each epoch, and the mean."""
        shown = self.runs.charted
        if shown is None or not shown.rows:
            return []
        better = min if shown.mode == "min" else max
        every = [[row.get(shown.monitor) for row in each.rows] for each in self.runs.runs]
        best: list[float | None] = []
        for place in range(len(shown.rows)):
            known = [values[place] for values in every if len(values) > place]
            best.append(better((value for value in known if value is not None and isfinite(value)), default=None))
        mean = [row.get(shown.monitor) for row in shown.rows]
        title = f"{shown.monitor}, best of the running trials (dots: mean)"
        return _chart(title, best, mean, (width, height), braille)


def _how_far(shown: Progress) -> str:
    """Return the epoch and the time left, as the headline of a training has them."""
    return replace(shown, is_shared=False, is_mean=True).headline().partition(", running, ")[2]


def _stacks(folder: SearchDir) -> list[_Stack]:
    """Return the stacks of which a training runs, as the journal names them."""
    events = Journal.open(folder.directory).read()[1]
    apart = {number for event in events if event["event"] == "apart" for number in event["tasks"]}
    groups = [group for event in events if event["event"] == "stacks" for group in event["stacks"]]
    found = [_stack(folder, group) for group in groups if len(group) > 1 and not apart.intersection(group)]
    return [stack for stack in found if stack.runs.runs]


def _stack(folder: SearchDir, group: Sequence[int]) -> _Stack:
    """Return those of the trainings with these numbers whose trials run; the journal may have more than `folder`."""
    trainings, known = folder.search.tune.trainings, folder.ledger.entries
    entries = {number: known[number // trainings] for number in group if number // trainings < len(known)}
    running = {number: entry for number, entry in entries.items() if entry.status == "running"}
    places = [folder.run_dir(entry, number % trainings) for number, entry in running.items()]
    epochs = Progress.of(read(places[0])).epochs if places else 0
    search = folder.search
    runs = [
        Progress(each.path.name, "running", _rows(each), epochs, search.metric, search.direction) for each in places
    ]
    return _Stack(len({entry.number for entry in running.values()}), Several("", runs, "trial"))


def _rows(run: RunDir) -> list[Row]:
    """Return the epochs so far of a run, none where its file is not there yet or cannot be read."""
    if not (run.path / run_files.METRICS).is_file():
        return []
    try:
        return [{name: float(cell) if cell else None for name, cell in row.items()} for row in run.read_rows()]
    except NNTrainError:
        return []
