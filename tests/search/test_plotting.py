"""The plots of a real search, drawn at its end and read from its journal."""

from typing import Any

import pytest

from nntrain.search import plotting
from nntrain.search.plots import search_history
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal


def test_there_is_a_plot_of_every_kind_that_the_trials_allow(finished: Any) -> None:
    plots = {path.stem: path.read_bytes()[:4] for path in (finished.place / "plots").glob("*.png")}
    assert plots == dict.fromkeys(("parallel_coordinates", "search_history", "slices"), b"\x89PNG")
    log = (finished.place / "log.txt").read_text()
    assert "no plot `importance`: importance needs 10 finished trials, there are 4" in log


def test_a_search_is_drawn_again_from_its_journal(finished: Any) -> None:
    folder = plotting.read(RunDir(finished.place))
    assert plotting.draw(folder, search_history) == (finished.place / "plots/search_history.png").read_bytes()
    assert plotting.draw(folder, search_history, "svg").lstrip().startswith(b"<?xml")


def test_a_plot_that_fails_is_a_warning(finished: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise RuntimeError("no font")

    monkeypatch.setattr(search_history, "draw", fail)
    terminal = Terminal(quiet=True)
    plotting.draw_all(plotting.read(RunDir(finished.place)), terminal)
    assert "warning: cannot draw plots/search_history.png: no font" in terminal.log
