"""The measurements of `scripts/bench jobs`, which are kept, and the page that is made of them."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

FOLDER = Path(__file__).parent.parent / "scripts" / "benchmarks"


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of the cells, whose machine does nothing else."""
    monkeypatch.syspath_prepend(str(FOLDER))
    module = importlib.import_module("cells")
    monkeypatch.setattr(module, "rates", lambda: {"float32": 4e9, "bfloat16": 8e9})
    monkeypatch.setattr(module, "share_of_others", lambda *_: 0.0)
    monkeypatch.setattr(module, "busy_seconds", lambda: 0.0)
    yield module
    for name in ("cells", "measure", "page"):
        sys.modules.pop(name, None)


def job(seconds: float, ran: list[float]) -> Any:
    def run() -> dict[str, float]:
        ran.append(seconds)
        return {"process": seconds, "CPU": seconds, "peak MB": 100.0}

    return run


def test_a_finished_measurement_is_not_repeated_but_on_another_machine(cells: Any, tmp_path: Path) -> None:
    ran: list[float] = []
    here = cells.Machine.here()
    cells.Cells(tmp_path / "kept.json", here).measure("iris", "nntrain", 0, job(1.0, ran))
    again = cells.Cells(tmp_path / "kept.json", here)
    again.measure("iris", "nntrain", 0, job(2.0, ran))
    again.measure("iris", "nntrain", 1, job(3.0, ran))
    assert ran == [1.0, 3.0]
    assert again.of("iris", "nntrain", "process") == [1.0, 3.0]
    other = cells.Cells(tmp_path / "kept.json", replace(here, cores=here.cores + 1))
    assert other.of("iris", "nntrain", "process") == []


def test_a_measurement_that_other_processes_disturbed_is_repeated(cells: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = iter([0.0, 1e6, 1e6, 1e6])  # before and after the first attempt, then the second
    monkeypatch.setattr(cells, "busy_seconds", lambda: next(busy))
    ran: list[float] = []
    assert cells.undisturbed(job(0.0, ran)) == {"process": 0.0, "CPU": 0.0, "peak MB": 100.0}
    assert len(ran) == 2


def test_the_page_has_ratios_to_the_first_contender_and_says_where_nntrain_loses(cells: Any, tmp_path: Path) -> None:
    kept = cells.Cells(tmp_path / "kept.json", cells.Machine.here())
    for name, seconds in (("plain Keras", 10.0), ("scikit-learn", 2.0), ("nntrain", 5.0)):
        for number in range(3):
            kept.measure("iris", name, number, job(seconds + number, []))
    contenders = dict.fromkeys(["plain Keras", "scikit-learn", "nntrain", "not measured"])
    task = SimpleNamespace(name="iris", title="Iris", metric="process", network="", contenders=contenders)
    importlib.import_module("page").write_page(tmp_path / "page.md", {"iris": task}, kept)
    text = (tmp_path / "page.md").read_text()
    assert "| nntrain | 6.00 | 5.00 to 7.00 | 0.55 | 100 | 3 |" in text
    assert "* Iris: scikit-learn takes 0.50 of nntrain's time." in text
    assert "not measured" not in text


def test_a_ratio_is_taken_within_a_round_and_nntrain_compared_in_one_precision(cells: Any, tmp_path: Path) -> None:
    kept = cells.Cells(tmp_path / "kept.json", cells.Machine.here())
    seconds = {"plain Keras": 10.0, "PyTorch": 3.0, "nntrain": 4.0, "nntrain, mixed_bfloat16": 2.0}
    for number, slower in enumerate((1.0, 4.0)):
        for name, fast in seconds.items():
            kept.measure("wide", name, number, job(fast * slower, []))
    kept.measure("wide", "plain Keras", 2, job(100.0, []))
    task = SimpleNamespace(name="wide", title="Wide", metric="process", network="", contenders=seconds)
    importlib.import_module("page").write_page(tmp_path / "page.md", {"wide": task}, kept)
    text = (tmp_path / "page.md").read_text()
    assert "| nntrain | 10.00 | 4.00 to 16.00 | 0.40 |" in text
    assert "* Wide: PyTorch takes 0.75 of nntrain's time." in text
