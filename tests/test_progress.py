"""The progress of a training, on a terminal, without one, and in a notebook."""

import io
from collections.abc import Mapping

import pytest
from rich.console import Console

from nntrain.progress import ProgressWatcher
from nntrain.terminal import Terminal

ROW = {"epoch": 1.0, "seconds": 0.5, "learning_rate": 0.01, "loss": 0.25, "accuracy": 1.0, "regularization_loss": 0.1}
EVIL = "\x1b]0;pwned\x07\x1b[31m[b]red\u202e\u200b"
SHOWN = "\\x1b]0;pwned\\x07\\x1b[31m[b]red\\u202e\\u200b"


def test_the_last_epochs_stay_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    watcher = ProgressWatcher(Terminal())
    watcher.begin(5, 1)
    for epoch in range(1, 6):
        watcher.epoch({**ROW, "epoch": epoch})
    watcher.end()
    last = [line.strip() for line in capsys.readouterr().err.splitlines()[-3:]]
    assert [line.split("  ")[0].split()[-1] for line in last] == ["3/5", "4/5", "5/5"]


def test_without_a_terminal_there_is_a_line_now_and_then_and_no_control_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_two_epochs(Terminal(), epochs=3)
    err = capsys.readouterr().err
    assert err == "epoch 1/3  loss 0.2500  accuracy 1.0000\n"
    assert "\x1b" not in err


@pytest.mark.parametrize(("kind", "colours"), [("xterm-256color", True), ("dumb", False)])
def test_on_a_terminal_there_is_a_bar_but_not_on_a_dumb_one(
    kind: str, colours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", kind)
    shown = on_a_terminal()
    assert ("\x1b[" in shown) == colours
    assert ("━" in shown) == colours
    assert "loss 0.2500  accuracy 1.0000" in shown and "regularization_loss" not in shown


def test_no_color_is_a_bar_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    shown = on_a_terminal()
    assert "━" in shown and "\x1b[3" not in shown


def on_a_terminal() -> str:
    """What a training shows on a terminal of 100 columns."""
    terminal, text = Terminal(), io.StringIO()
    terminal.err = Console(file=text, force_terminal=True, width=100)
    show_two_epochs(terminal)
    return text.getvalue()


def show_two_epochs(terminal: Terminal, epochs: int = 2) -> None:
    watcher = ProgressWatcher(terminal, "runs/net")
    watcher.begin(epochs, 10)
    watcher.piece(1, 5, {"loss": 0.5})
    rows: list[Mapping[str, float]] = [ROW, {**ROW, "epoch": 2.0}]
    for row in rows:
        watcher.epoch(row)
    watcher.end()


def test_the_bar_shows_names_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    terminal = Terminal()
    terminal.err = Console(file=stream, force_terminal=True, width=120, markup=False)
    watcher = ProgressWatcher(terminal)
    watcher.begin(epochs=1, steps=1)
    watcher.piece(1, 1, {"[b]": 0.5, EVIL: 0.25})
    assert watcher.bar is not None
    watcher.bar.refresh()
    watcher.end()
    assert f"[b] 0.5000  {SHOWN} 0.2500" in stream.getvalue()


def test_no_escape_sequence_of_a_name_reaches_the_terminal_or_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    watcher = ProgressWatcher(terminal)
    watcher.begin(epochs=1, steps=1)
    watcher.epoch({**ROW, EVIL: 0.5})
    for printed in (capsys.readouterr().err, "\n".join(terminal.log)):
        assert "\x1b" not in printed and SHOWN in printed


class Shown:
    """A display that keeps what it is asked to show."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def begin(self) -> None:
        self.calls.append("begin")

    def show(self, share: float, text: str) -> None:
        self.calls.append((share, text))

    def epoch(self, row: Mapping[str, float]) -> None:
        self.calls.append(row["epoch"])

    def end(self) -> None:
        self.calls.append("end")


def test_a_display_takes_the_place_of_the_lines_unless_it_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    display = Shown()
    show_two_epochs(Terminal(display=display))
    assert display.calls[:3] == [
        "begin",
        (0.25, "epoch 1/2  loss 0.5000"),
        (0.5, "epoch 1/2  loss 0.2500  accuracy 1.0000"),
    ]
    assert display.calls[3:] == [1, (1.0, "epoch 2/2  loss 0.2500  accuracy 1.0000"), 2, "end"]
    show_two_epochs(Terminal(display=display, quiet=True))
    assert len(display.calls) == 7 and capsys.readouterr().err == ""
