"""When a worker is replaced because of its memory."""

import os
from pathlib import Path

import pytest

from nntrain.search.workers import memory_growth
from nntrain.search.workers.memory_growth import MemoryGrowth


def test_a_worker_is_renewed_when_it_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = iter([100, 5_000_000_000, *[5_000_000_000] * 3, 5_900_000_000, *[5_050_000_000] * 43, 5_061_000_000])
    monkeypatch.setattr(memory_growth, "resident_bytes", lambda _: next(sizes))
    memory = MemoryGrowth()
    grown = [memory.is_large() for _ in range(memory_growth.LEAST_TRIALS)]
    assert grown == [False] * (memory_growth.LEAST_TRIALS - 1) + [True]


def test_a_lot_more_memory_renews_a_worker_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = iter([1] * memory_growth.FIRST_TRIALS + [memory_growth.LARGE_GROWTH_BYTES + 2])
    monkeypatch.setattr(memory_growth, "resident_bytes", lambda _: next(sizes))
    memory = MemoryGrowth()
    assert [memory.is_large() for _ in range(memory_growth.FIRST_TRIALS + 1)] == [
        False
    ] * memory_growth.FIRST_TRIALS + [True]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="the system does not report the memory of a process")
def test_the_memory_of_a_process_is_known_while_it_lives() -> None:
    assert memory_growth.resident_bytes(os.getpid()) > 10_000_000
    assert memory_growth.resident_bytes(2**22 + 1) == 0
