"""What a process may use, by limits that a container would set."""

import os
from pathlib import Path

import pytest

from nntrain import machine


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this process's cgroup, of version 2, which is inside of another one."""
    (tmp_path / "own").write_text("0::/a/b\n")
    found = tmp_path / "cgroup" / "a" / "b"
    found.mkdir(parents=True)
    monkeypatch.setattr(machine, "_OWN", tmp_path / "own")
    monkeypatch.setattr(machine, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    return found


def test_without_limits_the_cores_are_those_of_the_affinity(group: Path) -> None:
    assert machine.cores() == 8 and list(machine.memory_limits()) == []


@pytest.mark.parametrize(("text", "cores"), [("max 100000", 8), ("250000 100000", 2), ("50000 100000", 1)])
def test_the_time_of_a_cgroup_or_of_one_above_it_counts(group: Path, text: str, cores: int) -> None:
    (group.parent / "cpu.max").write_text(text + "\n")
    assert machine.cores() == cores


def test_the_memory_of_a_cgroup_and_of_those_above_it_is_known(group: Path) -> None:
    (group / "memory.max").write_text("max\n")
    (group.parent / "memory.max").write_text("5000\n")
    assert list(machine.memory_limits()) == [5000]


@pytest.mark.parametrize(("quota", "cores"), [("-1", 8), ("300000", 3)])
def test_cgroups_of_version_1_have_folders_by_controller(group: Path, quota: str, cores: int) -> None:
    machine._OWN.write_text("5:cpu,cpuacct:/c\n4:memory:/c\n")
    for name, file, text in (
        ("cpu,cpuacct", "cpu.cfs_quota_us", quota),
        ("cpu,cpuacct", "cpu.cfs_period_us", "100000"),
        ("memory", "memory.limit_in_bytes", "7000"),
    ):
        folder = machine._CGROUPS / name / "c"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text + "\n")
    assert machine.cores() == cores and list(machine.memory_limits()) == [7000]
