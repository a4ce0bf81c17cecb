"""`scripts/setup`, with a Python that only notes what it is to install: two scripts that are started at once."""

import shutil
import subprocess
import sys
from pathlib import Path

SETUP = Path(__file__).parent.parent / "scripts" / "setup"
PYTHON = f"""#!/usr/bin/env bash
# Fails where another one works in the same .venv.
case "$1 $2" in
  "-m venv") mkdir -p .venv/bin && mkdir .venv/busy && cp "$0" .venv/bin/python && sleep 0.3 ;;
  "-m pip") echo "${{@: -1}}" >> installed && sleep 0.3 && rmdir .venv/busy ;;
  *) exec {sys.executable} "$@" ;;
esac
"""


def test_scripts_that_are_started_at_once_set_up_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(SETUP, tmp_path / "scripts")
    for name, text in {"python": PYTHON, "pyproject.toml": "", "constraints.txt": ""}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "python").chmod(0o755)
    command = [str(tmp_path / "scripts" / "setup")]
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": str(tmp_path / "python")}
    started = [subprocess.Popen([*command, *extra], env=environment) for extra in ([], [], ["dev"], ["dev"])]
    assert [each.wait(60) for each in started] == [0] * 4
    assert sorted((tmp_path / "installed").read_text().splitlines()) == [".", ".[dev]"]
