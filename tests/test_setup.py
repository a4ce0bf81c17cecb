"""`scripts/setup`, with a Python that only notes what it is to install."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.forked import Started

SETUP = Path(__file__).parent.parent / "scripts" / "setup"
PYTHON = f"""#!/usr/bin/env bash
# Fails where another one works in the same .venv.
case "$1 $2" in
  "-m venv") mkdir -p .venv/bin && mkdir .venv/busy && cp "$0" .venv/bin/python && sleep 0.3 ;;
  "-m pip") echo "${{@: -1}}" >> installed && sleep 0.3 && rmdir .venv/busy ;;
  *) exec {sys.executable} "$@" ;;
esac
"""
EXTRAS = "[project.optional-dependencies]\ngpu = []\ndev = []\n\n[tool.x]\nother = []\n"


def setup(folder: Path) -> tuple[list[str], dict[str, str]]:
    """The command in a folder of its own, and its environment."""
    (folder / "scripts").mkdir()
    shutil.copy(SETUP, folder / "scripts")
    for name, text in {"python": PYTHON, "pyproject.toml": EXTRAS, "constraints.txt": ""}.items():
        (folder / name).write_text(text)
    (folder / "python").chmod(0o755)
    return [str(folder / "scripts" / "setup")], {"PATH": "/usr/bin:/bin", "PYTHON": str(folder / "python")}


def test_scripts_that_are_started_at_once_set_up_one_after_the_other(tmp_path: Path) -> None:
    command, environment = setup(tmp_path)
    started = [Started([*command, *extra], env=environment) for extra in ([], [], ["dev"], ["dev"])]
    assert [each.wait(60) for each in started] == [0] * 4
    assert sorted((tmp_path / "installed").read_text().splitlines()) == [".", ".[dev]"]


def test_an_extra_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    command, environment = setup(tmp_path)
    done = subprocess.run([*command, "other"], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (2, "error: there is no extra `other`; there are gpu dev\n")
    assert not (tmp_path / ".venv").exists()
