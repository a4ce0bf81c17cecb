import json
from pathlib import Path

import pytest

from nntrain.cli.requests import Schema
from nntrain.config import json_schema
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal


def test_it_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    Schema().run(Terminal())
    assert json.loads(capsys.readouterr().out) == json_schema.schema()


def test_it_writes_the_schema_and_prints_the_comment_of_a_config(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "nntrain.schema.json"
    Schema(output=file).run(Terminal())
    assert file.read_text(encoding="utf-8") == json_schema.text()
    assert capsys.readouterr().err.splitlines()[-1] == "# yaml-language-server: $schema=nntrain.schema.json"
    with pytest.raises(ConfigError, match="is a folder"):
        Schema(output=tmp_path).run(Terminal())
