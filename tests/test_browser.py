"""What `scripts/browser` proves, where a Chromium is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROOFS = Path(__file__).parents[1] / "scripts" / "browser_proofs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")  # as in chromium.py


@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no Chromium: `apt-get install chromium`")
def test_the_report_works_in_a_browser() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}  # of a command before
    done = subprocess.run(
        [sys.executable, PROOFS / "report.py", "--quick"], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "keys and mouse: values are read, curves are zoomed"


def test_a_browser_that_is_missing_is_said(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "PYTHONPATH": str(PROOFS.parents[1])}
    done = subprocess.run([sys.executable, PROOFS / "report.py"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == "error: no Chromium was found"
