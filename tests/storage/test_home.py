"""A user without a home, as in a container, whose number no password file knows."""

import pwd
from pathlib import Path
from typing import Any

import pytest

from nntrain.data.published_files import PublishedFiles
from nntrain.errors import ConfigError
from nntrain.storage.home import cache, home
from nntrain.training.workers import authkey


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unknown(_: Any) -> Any:
        raise KeyError("uid not found")

    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "KERAS_HOME", authkey.VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.usefixtures("homeless")
def test_a_user_without_a_home_has_a_cache(tmp_path: Path) -> None:
    assert home() is None
    assert cache() == tmp_path / ".cache" / "nntrain"
    assert cache() / "fashion-mnist" in PublishedFiles("fashion-mnist", {}, (), "")._folders()


@pytest.mark.usefixtures("homeless")
def test_a_secret_is_not_kept_where_others_may_put_one() -> None:
    with pytest.raises(ConfigError, match="this user has none") as caught:
        authkey.key_file()
    assert caught.value.problems[0].help == "set NNTRAIN_AUTHKEY to the same secret for all workers"


def test_the_folders_of_a_user_are_below_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert (home(), cache()) == (tmp_path, tmp_path / ".cache" / "nntrain")
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert cache() == Path("/elsewhere/nntrain")
