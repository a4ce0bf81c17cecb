"""The machine and the run in environment.json."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nntrain import __version__
from nntrain.runs import environment


def test_versions_device_and_command_are_those_of_this_process() -> None:
    found = environment.describe()
    packages = found["packages"]
    assert packages["nntrain"] == __version__
    assert (packages["keras"], packages["tensorflow"], packages["numpy"]) == (
        keras.__version__,
        tf.__version__,
        np.__version__,
    )
    assert None not in packages.values()
    assert found["command"] == sys.argv
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["device"] == "CPU"
    assert found["cpu"]["cores"] == os.cpu_count()
    assert set(found["cpu"]["features"]) <= set(environment.FEATURES)
    assert found["threads"]["available"] >= 1


def test_the_time_is_utc_to_the_second() -> None:
    now = datetime.fromisoformat(environment.now())
    assert now.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


def test_the_commit_is_that_of_the_folder_and_a_flag_says_that_files_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert [environment.describe()[name] for name in ("git_commit", "git_dirty")] == [None, None]

    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        subprocess.run(["git", *who, *words], check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / "file").write_text("one")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    clean = environment.describe()["git_commit"]
    assert re.fullmatch("[0-9a-f]{40}", clean)
    (tmp_path / "other").write_text("a file that git does not know is no difference")
    found = environment.describe()
    assert (found["git_commit"], found["git_dirty"]) == (clean, False)
    (tmp_path / "file").write_text("two")
    found = environment.describe()
    assert (found["git_commit"], found["git_dirty"]) == (clean, True)


def test_a_run_records_when_it_ended_and_how(trained: Any) -> None:
    found = trained("moons").read_json("environment.json")
    start, end = (datetime.fromisoformat(found[name]) for name in ("start", "end"))
    assert start <= end < start + timedelta(minutes=5)
    assert found["exit_status"] == 0
    assert re.fullmatch("[0-9a-f]{64}", found["data_sha256"])


@pytest.mark.parametrize("name", ["x", "a=b"])
def test_git_starts_no_filter_of_a_repository(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    started = tmp_path / "started"
    (tmp_path / "file").write_text("1")
    (tmp_path / ".gitattributes").write_text(f"* filter={name}\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *words], check=True)
    with (tmp_path / ".git" / "config").open("a") as config:
        config.write(f'[filter "{name}"]\n\tclean = touch {started}; cat\n\trequired\n')
    os.utime(tmp_path / "file", (1, 1))
    commit = environment.describe()["git_commit"]
    assert not started.exists()
    assert (commit is None) == ("=" in name)
    subprocess.run([*git, "status"], check=True, capture_output=True)
    assert started.exists()  # git itself starts it


def test_git_starts_no_program_that_the_settings_of_a_repository_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    started, script = tmp_path / "started", tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {started}\n")
    script.chmod(0o755)
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    for hook in ("post-index-change", "fsmonitor-watchman"):
        os.link(script, tmp_path / ".git" / "hooks" / hook)
    subprocess.run([*git, "config", "core.fsmonitor", str(script)], check=True)
    assert environment.describe()["git_commit"]
    assert not started.exists()
    subprocess.run([*git, "status"], check=True, capture_output=True)
    assert started.exists()  # git itself starts it
