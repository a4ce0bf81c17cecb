import json

import pytest

from nntrain.cli.requests import Schema
from nntrain.config import json_schema
from nntrain.terminal import Terminal


def test_it_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    Schema().run(Terminal())
    assert json.loads(capsys.readouterr().out) == json_schema.schema()
