"""What a command does when nobody reads what it prints, or the disk is full: its work, and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")
CONFIG = """
data: iris
model:
  - Dense: {units: 3, activation: softmax}
train: {epochs: 2}
"""


def shell(folder: Path, line: str) -> "subprocess.CompletedProcess[str]":
    """A line of bash with $nntrain."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "nntrain": f"{sys.executable} -m nntrain"}
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
def test_a_full_disk_under_stdout_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    done = shell(tmp_path, "$nntrain list > /dev/full")
    assert (done.returncode, done.stderr) == (
        1,
        "error: cannot write to the standard output: No space left on device\n",
    )


@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
def test_the_exit_code_of_an_error_stays_where_its_message_is_lost(tmp_path: Path) -> None:
    assert shell(tmp_path, "$nntrain check none.yaml > /dev/full 2> /dev/full").returncode == 2


def test_closed_streams_are_no_fault(tmp_path: Path) -> None:
    done = shell(
        tmp_path, "$nntrain list losses >&-; echo $?; $nntrain check none.yaml 2>&-; echo $?; $nntrain list <&- | wc -l"
    )
    codes = done.stdout.split()
    assert (codes[:2], int(codes[2]) > 3, done.stderr) == (["0", "2"], True, "")


@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_reader_that_wants_no_more_is_no_fault(reader: str, tmp_path: Path) -> None:
    done = shell(tmp_path, f"$nntrain list layers | {reader}; echo ${{PIPESTATUS[0]}}")
    assert (done.stdout.split()[-1], done.stderr) == ("0", "")


def test_a_text_that_the_stream_cannot_encode_is_escaped(tmp_path: Path) -> None:
    done = shell(
        tmp_path,
        "PYTHONIOENCODING=ascii $nntrain check gr\u00fcn.yaml; PYTHONIOENCODING=ascii $nntrain runs --runs-dir \u6f22",
    )
    assert "Traceback" not in done.stderr
    assert "`gr\\xfcn.yaml`" in done.stderr
    assert "\\u6f22" in done.stdout


@pytest.mark.trains
def test_a_training_goes_on_when_nobody_reads_it(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(CONFIG)
    done = shell(tmp_path, "$nntrain fit net.yaml --device cpu --json 2>&- | true; echo ${PIPESTATUS[0]}")
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert len((tmp_path / "runs" / "net" / "metrics.csv").read_text().splitlines()) == 3
    assert (tmp_path / "runs" / "net" / "summary.json").is_file()
