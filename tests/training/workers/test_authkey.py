"""The key of the workers: from the environment, or from a file that only its user can read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nntrain.errors import ConfigError
from nntrain.training.workers.authkey import VARIABLE, key_file, shared_key
from tests.forked import Started

pytestmark = pytest.mark.quick

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def test_the_environment_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "sécret")
    assert shared_key() == "sécret".encode()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_empty_variable_is_refused_and_no_file_takes_its_place(
    home: Path, monkeypatch: pytest.MonkeyPatch, empty: str
) -> None:
    monkeypatch.setenv(VARIABLE, empty)
    with pytest.raises(ConfigError, match="`NNTRAIN_AUTHKEY` is empty") as caught:
        shared_key()
    assert caught.value.problems[0].help == "set it to the same secret for all workers, or `unset NNTRAIN_AUTHKEY`"
    assert list(home.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has environments of bytes")
def test_a_key_may_be_any_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environb, VARIABLE.encode(), b"\xff\xfe")
    assert shared_key() == b"\xff\xfe"


def test_the_file_is_made_once_and_for_its_user_alone(home: Path) -> None:
    key = shared_key()
    assert len(key) == 64 and shared_key() == key
    assert key_file() == home / "nntrain" / "authkey"
    assert key_file().stat().st_mode & 0o777 == 0o600


def test_workers_that_start_at_once_have_one_key(home: Path) -> None:
    code = "from nntrain.training.workers.authkey import shared_key; print(shared_key())"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", code]
    started = [Started(words, stdout=subprocess.PIPE, env=environment) for _ in range(6)]
    assert len({process.communicate()[0] for process in started}) == 1


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [("key", 0o644, "other users can read the key of the workers in `.*authkey`"), ("\n", 0o600, "holds no key")],
)
def test_a_key_file_that_is_empty_or_readable_by_others_is_refused(content: str, mode: int, message: str) -> None:
    key_file().parent.mkdir()
    key_file().write_text(content)
    key_file().chmod(mode)
    with pytest.raises(ConfigError, match=message) as caught:
        shared_key()
    assert caught.value.problems[0].help


def test_a_folder_that_cannot_be_made_names_the_variable(home: Path) -> None:
    (home / "nntrain").write_text("a file in the way")
    with pytest.raises(ConfigError, match="cannot read the key of the workers in `.*authkey`: File exists") as caught:
        shared_key()
    assert caught.value.problems[0].help == "set NNTRAIN_AUTHKEY to the same secret for all workers"
