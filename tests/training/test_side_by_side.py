"""How many trainings run at once: by the config, the data and the machine."""

from dataclasses import replace
from pathlib import Path

import pytest

from nntrain import machine
from nntrain.config.load import load
from nntrain.training import side_by_side
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.run_context import ALONE

LONG = "epochs: 10000, batch_size: 16"  # 60,000 steps or more
CONVOLUTION = ", {Reshape: [4, 1, 1]}, {Conv2D: {filters: 2, kernel_size: 1}}, Flatten"
TEXT = "data: iris\nmodel: [{{Dense: {{units: 4, activation: relu}}}}{layers}]\ntrain: {{{train}}}\n"


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 4)
    monkeypatch.setattr(side_by_side, "available", lambda: 64 * 10**9)
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        monkeypatch.delenv(name, raising=False)


def prepared(folder: Path, train: str = LONG, layers: str = "") -> Prepared:
    (folder / "net.yaml").write_text(TEXT.format(train=train, layers=layers))
    return prepare(load(folder / "net.yaml"))


@pytest.mark.parametrize(("train", "layers"), [(LONG, ""), (f"{LONG}, threads: 1", CONVOLUTION)])
def test_long_trainings_of_one_thread_run_at_once_on_all_cores(tmp_path: Path, train: str, layers: str) -> None:
    first = prepared(tmp_path, train, layers)
    assert [side_by_side.at_once(first, count, ALONE) for count in (1, 2, 3, 8)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("train", "layers"),
    [
        ("epochs: 10, batch_size: 16", ""),
        ("epochs: 10000, batch_size: 16, max_seconds: 0.5", ""),
        ("epochs: 10000, threads: 2", ""),
        (LONG, CONVOLUTION),
    ],
    ids=["short", "limited", "threads", "convolution"],
)
def test_trainings_that_are_short_or_use_several_threads_are_in_turn_unless_asked_otherwise(
    tmp_path: Path, train: str, layers: str
) -> None:
    first = prepared(tmp_path, train, layers)
    assert side_by_side.at_once(first, 8, ALONE) == 1
    assert side_by_side.at_once(first, 8, replace(ALONE, workers=3)) == 3


def test_one_at_a_time_where_that_is_asked_for(tmp_path: Path) -> None:
    assert side_by_side.at_once(prepared(tmp_path), 8, replace(ALONE, workers=1)) == 1


def test_no_more_than_fit_into_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = prepared(tmp_path)
    for processes in (1, 2, 3):
        monkeypatch.setattr(side_by_side, "available", lambda n=processes: int((n + 1.1) * first.memory.total))
        assert side_by_side.at_once(first, 8, ALONE) == processes


def test_a_number_of_threads_in_the_environment_keeps_its_meaning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "2")
    assert side_by_side.at_once(prepared(tmp_path), 8, ALONE) == 1


def test_one_core_trains_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 1)
    assert side_by_side.at_once(prepared(tmp_path), 8, ALONE) == 1
