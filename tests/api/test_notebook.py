"""The progress of a training in a notebook, by a stand-in for the output of a cell, since IPython is no dependency.

The last test is in a real kernel, where that is installed.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import nntrain
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


BEGIN = """
import nntrain
layers = [{"Dense": {"units": 1, "activation": "sigmoid"}}]
config = {"data": {"toy_2d": "moons"}, "model": layers, "train": {"epochs": 1_000_000}}
nntrain.fit(config, name="net", runs_dir=".")
"""
GO_ON = """
run = nntrain.resume("net", runs_dir=".", set={"train.max_seconds": 0.1}, no_plots=True, no_report=True)
print(run.summary["stopped"], run.history["epoch"].tolist() == list(range(1, len(run.history) + 1)))
"""


def executed(client: Any, code: str, on_output: Callable[[], None] | None = None) -> list[str]:
    """Run a cell in a kernel; return what it printed, or the name and text of its exception.

    on_output: called once, when the cell has changed a display.
    """
    found: list[str] = []
    cell = client.execute(code)
    while True:
        message = client.get_iopub_msg(timeout=120)
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != cell:
            continue
        if kind == "status" and content["execution_state"] == "idle":
            return found
        if kind == "update_display_data" and on_output is not None:
            on_output()
            on_output = None
        found += [content["ename"], content["evalue"]] if kind == "error" else []
        found += [content["text"]] if kind == "stream" and content["name"] == "stdout" else []


def test_a_kernel_that_is_interrupted_runs_the_next_cell_and_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "Jupyter's kernel is not installed; it comes with the extra `notebook`"
    pytest.importorskip("ipykernel", reason=reason)
    manager = pytest.importorskip("jupyter_client.manager", reason=reason)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(Path(nntrain.__file__).parents[1]))
    kernel = manager.KernelManager(kernel_name="python3")
    kernel.start_kernel(cwd=str(tmp_path), stderr=subprocess.DEVNULL)
    client = kernel.blocking_client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        name, text = executed(client, BEGIN, kernel.interrupt_kernel)
        assert name == "KeyboardInterrupt" and "`nntrain.resume('" in text
        assert executed(client, "print(1 + 1)") == ["2\n"]
        (shown,) = executed(client, GO_ON)
        assert "limit of 0.1 s" in shown and shown.endswith("True\n")
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
