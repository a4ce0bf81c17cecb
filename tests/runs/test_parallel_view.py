"""What is shown of runs that are trained at once."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nntrain.runs.parallel_view import ParallelView
from nntrain.terminal import Terminal, plain_console

ROW = {"epoch": 1, "seconds": 1.0, "learning_rate": 0.1, "loss": 0.5}
TEXT = "epoch 1/3  loss 0.5000  accuracy 0.7500  val_loss 0.6000  val_accuracy 0.7000"


@dataclass
class Recorded:
    """A display that keeps what it is given; copies share the list of all of them."""

    every: list["Recorded"]
    shown: list[object] = field(default_factory=list)

    def begin(self) -> None:
        self.shown = []
        self.every.append(self)

    def show(self, share: float, text: str) -> None:
        self.shown.append((share, text))

    def epoch(self, row: Mapping[str, float]) -> None:
        self.shown.append(row)

    def end(self) -> None:
        self.shown.append("end")


def train(view: ParallelView, folder: Path) -> None:
    """Two runs at once, of which one ends."""
    with view:
        for number, name in enumerate(("seed-1", "seed-2"), start=1):
            view.begin(folder / name, f"{name} ({number} of 3)")
            view.piece(name, number / 3, TEXT)
        view.epoch("seed-1", ROW)
        view.note("seed-1", "warning: it is slow")
        view.end("seed-1", "done")


def test_without_a_terminal_each_run_has_lines_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(ParallelView(Terminal(), 3, 0), tmp_path)
    words = ["seed-1 (1 of 3)", "seed-2 (2 of 3)", f"seed-1: {TEXT}", "seed-1: warning: it is slow"]
    assert capsys.readouterr().err.splitlines() == words


@pytest.mark.parametrize("width", [60, 120])
def test_on_a_terminal_each_run_has_a_bar_of_one_line(tmp_path: Path, width: int) -> None:
    terminal, out = Terminal(), io.StringIO()
    terminal.err = plain_console(file=out, force_terminal=True, width=width, color_system=None, legacy_windows=False)
    view = ParallelView(terminal, 3, 0)
    train(view, tmp_path)
    assert view.bars is not None and [task.description for task in view.bars.tasks] == ["seed-2"]
    printed = re.sub(r"\x1b\[[0-9?]*[A-Za-z]", "", out.getvalue()).replace("\r", "\n")
    bars = [line for line in printed.splitlines() if "seed-2 ━" in line]
    assert bars and all(len(line) <= width for line in bars)
    assert any("epoch 1/3" in line for line in bars)


def test_in_a_notebook_each_run_has_a_display_of_its_own(tmp_path: Path) -> None:
    every: list[Recorded] = []
    train(ParallelView(Terminal(quiet=False, display=Recorded(every)), 3, 0), tmp_path)
    one, two = every
    assert one.shown == [(1 / 3, f"seed-1: {TEXT}"), ROW, "end"]
    assert two.shown == [(2 / 3, f"seed-2: {TEXT}")]


def test_nothing_is_shown_that_is_not_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(ParallelView(Terminal(quiet=True), 3, 0), tmp_path)
    assert capsys.readouterr() == ("", "")
