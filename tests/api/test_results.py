"""What a name is in Python: a run, a group, a search, or an error of the command."""

from pathlib import Path

import pytest

import nntrain
from nntrain.errors import ConfigError


def test_load_of_what_is_no_run_is_the_error_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError) as raised:
        nntrain.load("folder", tmp_path)
    assert str(raised.value) == f"error: unknown run `folder`\n help: `nntrain runs` lists the runs in `{tmp_path}`"


def test_the_folder_of_the_runs_is_that_of_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTRAIN_RUNS_DIR", str(tmp_path / "elsewhere"))
    with pytest.raises(ConfigError, match="lists the runs in `.*elsewhere`"):
        nntrain.load("folder")
    assert len(nntrain.runs()) == 0
