from pathlib import Path
from types import ModuleType

import pytest

from nntrain.config import plugin
from nntrain.config.plugin import Plugin, PluginFile, using
from nntrain.errors import ConfigError


def loaded(path: str, content: bytes = b"x") -> Plugin:
    return Plugin(PluginFile(path, content), ModuleType("x"), ())


def test_a_run_records_the_file_and_its_hash_and_a_command_its_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with using([loaded(f"{tmp_path}/my file.py"), loaded("/elsewhere/own.py")]):
        first, _ = plugin.record()
        assert first == {"file": f"{tmp_path}/my file.py", "sha256": plugin.in_use()[0].file.sha256}
        assert plugin.options() == " --plugin 'my file.py' --plugin /elsewhere/own.py"
    assert plugin.record() == [] and plugin.options() == ""


def test_a_run_needs_the_plug_ins_of_its_training_with_the_same_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").touch()
    own = loaded(f"{tmp_path}/own.py")
    with using([own]):
        recorded = plugin.record()
    with using([own, loaded("/other.py", b"y")]):
        plugin.refuse_others(recorded, "runs/net")
    with pytest.raises(ConfigError, match="`runs/net` was trained with the plug-in `own.py`") as caught:
        plugin.refuse_others(recorded, "runs/net")
    assert caught.value.problems[0].help == "add `--plugin own.py`, or in Python `plugin='own.py'`"
    with using([loaded(own.file.path, b"changed")]), pytest.raises(ConfigError, match="`own.py` has changed") as caught:
        plugin.refuse_others(recorded, "runs/net")
    assert "`nntrain fit runs/net/resolved.yaml --plugin own.py`" in caught.value.problems[0].help
