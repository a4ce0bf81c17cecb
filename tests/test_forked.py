"""A forked process is one of its own: words, folder, environment, streams, exit code, session and signals."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import forked
from tests.conftest import environment
from tests.forked import Forked, Started

pytestmark = pytest.mark.trains  # the process that it forks has imported TensorFlow


def started(folder: Path, *words: str, **options: Any) -> Forked:
    pipe = subprocess.PIPE
    return Forked(
        *words, **{"cwd": folder, "env": environment(), "stdout": pipe, "stderr": pipe, "text": True} | options
    )


def test_it_has_words_a_folder_an_environment_streams_and_an_exit_code(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("data: iris\nmodel: [{Dense: 3}]\n")
    elsewhere = {**environment(), "NNTRAIN_RUNS_DIR": str(tmp_path / "none")}
    good, bad = started(tmp_path, "check", "c.yaml"), started(tmp_path, "check", "none.yaml")
    runs = started(tmp_path, "runs", env=elsewhere)
    (out, _), (nothing, error), (gone, _) = (each.communicate(timeout=60) for each in (good, bad, runs))
    assert (good.returncode, out) == (0, "c.yaml is valid\n")
    assert (bad.returncode, nothing) == (2, "") and error.startswith("error: there is no file `none.yaml`\n")
    assert str(tmp_path / "none") in gone


def test_it_is_a_child_in_a_session_of_its_own_that_a_signal_ends(tmp_path: Path) -> None:
    words = ("playground", "--port", "0", "--json", "--device", "cpu")
    process = started(tmp_path, *words, start_new_session=True)
    try:
        assert process.stdout is not None and process.stdout.readline().startswith("{")
        assert os.getsid(process.pid) == process.pid != os.getsid(0)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


def test_a_process_that_does_not_end_is_killed_and_the_error_says_what_it_wrote_and_where_it_is() -> None:
    words = ("playground", "--port", "0", "--json", "--device", "cpu")
    with Forked(*words, env=environment(), stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None and process.stdout.readline().startswith("{")
        with pytest.raises(AssertionError, match=r"did not end in 0\.1 seconds; it wrote .*served_page\.py"):
            process.communicate(timeout=0.1)
    assert process.returncode == -signal.SIGABRT


def test_a_forked_process_ends_by_itself_when_nobody_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "_LIFE_SECONDS", 0.2)
    process = Forked("playground", "--port", "0", "--device", "cpu", env=environment(), stdout=-3, stderr=-1, text=True)
    assert "Timeout (0:00:00.2" in process.communicate(timeout=60)[1] and process.returncode == 1


SLEEPER = [sys.executable, "-c", "import time; print('began', flush=True); time.sleep(600)"]


def test_no_wait_for_a_process_is_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Started(SLEEPER)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.1)
    assert process.wait() == -signal.SIGKILL
    with pytest.raises(AssertionError, match="a fault"), Started(SLEEPER) as process:
        raise AssertionError("a fault")
    assert process.returncode == -signal.SIGKILL
