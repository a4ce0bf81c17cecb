"""How far several trainings are that belong together: the members of an ensemble, the runs of a group or of a stack."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nntrain.watching.progress import Progress, Row


@dataclass(frozen=True)
class Several:
    """The trainings, and a line about all of them. noun: what each of them is, `run` or `member`."""

    title: str
    runs: Sequence[Progress]
    noun: str = "run"
    as_one: bool = True  # whether those that run are one program, whose time is the sum of theirs

    @property
    def running(self) -> list[Progress]:
        """Those that a process trains now; several are trained as one."""
        return [each for each in self.runs if each.is_running]

    @property
    def charted(self) -> Progress | None:
        """What the curves are of: the one that runs, the mean of those that run together, or of all that have ended."""
        running = self.running
        chosen = running or [each for each in self.runs if each.rows]
        return chosen[0] if len(chosen) == 1 else self.mean(chosen) if chosen else None

    def mean(self, of: Sequence[Progress]) -> Progress:
        """Return the mean of some runs, in each epoch over those that have trained so long."""
        last = max(len(each.rows) for each in of)
        rows = [self._row([each.rows[place] for each in of if len(each.rows) > place]) for place in range(last)]
        name = f"mean of {len(of)} {self.noun}s"
        state = "running" if any(each.is_running for each in of) else "done"
        return replace(of[0], name=name, state=state, rows=rows, epochs=max(each.epochs for each in of), is_mean=True)

    def _row(self, rows: Sequence[Row]) -> Row:
        """Return the mean of rows; of the seconds the sum where they are one program."""
        mean = mean_of(rows)
        seconds = mean.get("seconds")
        return mean if self.as_one or seconds is None else {**mean, "seconds": seconds / len(rows)}

    def heads(self) -> list[str]:
        """Return the line about all, and two about the mean where several run."""
        shown = self.charted
        mean = [shown.headline(), shown.last_row()] if shown is not None and shown.is_mean else []
        return [self.title, *filter(None, mean)]

    def each(self) -> list[str]:
        """Return a line for each of them."""
        together = self.as_one and len(self.running) > 1
        return [replace(run, is_shared=together).headline() for run in self.runs]

    def lines(self, width: int, height: int, braille: bool) -> list[str]:
        """Return the heads, the lines of the runs, as many as leave room, and the curves."""
        heads, each, shown = self.heads(), self.each(), self.charted
        most = max(2, height // 3)
        if len(each) > most:
            each = [*each[: most - 1], f"and {len(each) - most + 1} more {self.noun}s"]
        if shown is None or not shown.rows:
            return [*heads, *each]
        return [*heads, *each, "", *shown.charts(width, height - len(heads) - len(each) - 1, braille)]


def mean_of(rows: Sequence[Row]) -> Row:
    """Return the mean of each number over some rows, None where one is not finite; of the seconds the sum."""
    found: dict[str, float | None] = {}
    for name in rows[0]:
        values = [row.get(name) for row in rows]
        known = [value for value in values if value is not None and math.isfinite(value)]
        whole = len(known) == len(values)
        found[name] = (sum(known) if name == "seconds" else sum(known) / len(known)) if whole else None
    return found
