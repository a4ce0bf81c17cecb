"""The progress of a training in a notebook, by a stand-in for the output of a cell, since IPython is no dependency."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from nntrain.api import notebook


class Output:
    """What a cell shows: each page, the last one in place."""

    def __init__(self) -> None:
        self.pages: list[str] = []

    def update(self, page: str) -> None:
        self.pages.append(page)


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Output:
    found = Output()

    def display(page: str, display_id: bool) -> Output:
        found.update(page)
        return found

    ipython, shown = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.__dict__["get_ipython"] = lambda: SimpleNamespace(kernel=object())
    shown.__dict__.update(HTML=str, display=display)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    return found


def train(display: Any, epochs: int) -> None:
    display.begin()
    for epoch in range(1, epochs + 1):
        display.show(epoch / epochs, f"epoch {epoch}/{epochs}  loss {1 / epoch:.4f} <b>")
        display.epoch({"epoch": epoch, "loss": 1 / epoch, "val_loss": float("nan") if epoch == 2 else 2 / epoch})
    display.end()


def test_a_bar_and_the_metrics_are_drawn_in_place(output: Output) -> None:
    train(notebook.terminal(quiet=False).display, 300)
    assert "starting" in output.pages[0] and 2 <= len(output.pages) < 20
    assert output.pages[-1].startswith('<div><progress value="1.0000" max="1"')
    assert "epoch 300/300  loss 0.0033 &lt;b&gt;" in output.pages[-1] and "<svg" not in output.pages[-1]


def test_with_watch_there_are_the_curves_of_the_losses(output: Output) -> None:
    train(notebook.terminal(quiet=False, watch=True).display, 5)
    page = output.pages[-1]
    assert page.count("<polyline") == 2 and "nan" not in page and "from 0.2 to 2</div>" in page


def test_there_is_none_elsewhere_and_no_control_code_in_a_notebook(
    output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert not notebook.terminal(quiet=False).err.is_terminal
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    assert notebook.terminal(quiet=False, watch=True).display is None and notebook.terminal(False, True).curves
    monkeypatch.delitem(sys.modules, "IPython")
    assert notebook.terminal(quiet=False).display is None
