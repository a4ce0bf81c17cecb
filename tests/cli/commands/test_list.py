"""`nntrain list`: the names of every kind, or of one."""

import json

import pytest

from nntrain.cli.requests import List
from nntrain.config import catalogue
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal


def test_one_kind_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    List(kind="layers").run(Terminal())
    title, names, *rows = capsys.readouterr().out.splitlines()
    assert (title, names.split()[0]) == ("layers", "name")
    assert [row.split()[0] for row in rows] == list(catalogue.entries("layers"))
    assert "Dense" in catalogue.entries("layers")


def test_without_a_kind_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    List().run(Terminal(as_json=True))
    shown = json.loads(capsys.readouterr().out)
    assert list(shown) == ["version", "event", *catalogue.kinds()]


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ConfigError, match="`layres`"):
        List(kind="layres").run(Terminal())
