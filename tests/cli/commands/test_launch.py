"""`nntrain launch`: the process ends with the exit code of the chief."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.commands.launch import Launch
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal


def test_the_exit_code_is_that_of_the_chief(command: Any, tmp_path: Path) -> None:
    done = command(tmp_path, "launch", "--local", "2", "none.yaml", "--device", "cpu")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: there is no file `none.yaml`\n")


def test_one_worker_is_refused() -> None:
    with pytest.raises(ConfigError, match="`--local` takes a number from 2 to 64, got `1`"):
        Launch(local=1, words=["net.yaml"]).run(Terminal())
