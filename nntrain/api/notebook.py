"""The progress of a training in a notebook: a bar, the metrics and, if they are wanted, the curves so far."""

import html
import math
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from nntrain.errors import one_line
from nntrain.terminal import Terminal, plain_console

_SECONDS = 0.25  # between two changes: each is a message to the browser, and Jupyter limits their rate
_WIDTH, _HEIGHT = 420, 120  # of the curves, in pixels
_COLORS = ("#1f77b4", "#d62728")


def terminal(quiet: bool, watch: bool = False) -> Terminal:
    """Return what a training in this process prints to: stderr, and in a notebook a display of its own."""
    if not _is_notebook():
        return Terminal(quiet=quiet, results=False, curves=watch)
    found = Terminal(quiet=quiet, results=False, display=Display(watch))
    found.err = plain_console(stderr=True, force_terminal=False)  # the stderr of a kernel says that it is a terminal
    return found


def _is_notebook() -> bool:
    """Return whether a kernel of Jupyter runs this process, which shows HTML. IPython is not imported for it."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


class Display:
    """An output of the cell that is drawn again in place. watch: whether it has the curves of the losses."""

    def __init__(self, watch: bool) -> None:
        self.watch = watch
        self.handle: Any = None

    def begin(self) -> None:
        """Add the output to the cell."""
        from IPython.display import HTML, display

        self.rows: list[Mapping[str, float]] = []
        self.last, self.drawn = (0.0, "starting"), 0.0
        self.handle = display(HTML(self.page()), display_id=True)

    def show(self, share: float, text: str) -> None:
        """Show which share is done, and the metrics; not more often than a browser can draw it."""
        self.last = share, text
        if time.monotonic() - self.drawn >= _SECONDS:
            self._draw()

    def epoch(self, row: Mapping[str, float]) -> None:
        """Take the losses of an epoch."""
        self.rows.append(row)

    def end(self) -> None:
        """Draw what came last, which stays."""
        self._draw()

    def _draw(self) -> None:
        from IPython.display import HTML

        self.drawn = time.monotonic()
        self.handle.update(HTML(self.page()))

    def page(self) -> str:
        """Return what is shown."""
        share, text = self.last
        bar = f'<progress value="{share:.4f}" max="1" style="width:{_WIDTH}px"></progress>'
        curves = _curves(self.rows) if self.watch and len(self.rows) > 1 else ""
        return f"<div>{bar}<pre>{html.escape(one_line(text))}</pre>{curves}</div>"


def _curves(rows: Sequence[Mapping[str, float]]) -> str:
    """Return the losses over the epochs as SVG: that of the training split, and that of the validation split."""
    names = [name for name in ("loss", "val_loss") if name in rows[-1]]
    found = {name: [row.get(name, math.nan) for row in rows] for name in names}
    finite = [value for values in found.values() for value in values if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    lines = "".join(
        f'<polyline fill="none" stroke="{color}" stroke-width="1.5" points="{_points(values, low, high)}"/>'
        for values, color in zip(found.values(), _COLORS, strict=False)
    )
    words = ", ".join(f'<span style="color:{color}">{name}</span>' for name, color in zip(names, _COLORS, strict=False))
    size = f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 -2 {_WIDTH} {_HEIGHT + 4}"'
    return f'<svg {size} role="img" aria-label="losses">{lines}</svg><div>{words}, from {low:.4g} to {high:.4g}</div>'


def _points(values: Sequence[float], low: float, high: float) -> str:
    across, span = _WIDTH / (len(values) - 1), (high - low) or 1.0
    places = [(x * across, (high - value) / span * _HEIGHT) for x, value in enumerate(values) if math.isfinite(value)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
