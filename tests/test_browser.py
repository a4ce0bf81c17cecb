"""What `scripts/browser` proves, where a Chromium is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

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


@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no Chromium: `apt-get install chromium`")
@pytest.mark.skipif(not shutil.which("node"), reason="no Node.js")
def test_an_exported_page_predicts_in_a_browser(people: Any, digits: Any) -> None:
    words = [sys.executable, PROOFS / "export.py", str(people), str(digits)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["people", "digits"]
    assert done.stdout.count("all classes equal") == 2


def test_a_browser_that_is_missing_is_said(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "PYTHONPATH": str(PROOFS.parents[1])}
    words = [sys.executable, PROOFS / "report.py"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == "error: no Chromium was found"


@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no Chromium: `apt-get install chromium`")
@pytest.mark.trains
def test_the_playground_trains_in_a_browser() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    words = [sys.executable, PROOFS / "playground.py", "--quick"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["served", "alone", "table"]
