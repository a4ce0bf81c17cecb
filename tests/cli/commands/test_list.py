"""`nntrain list`: the names of every kind, or of one, and what a name means."""

import json

import pytest

from nntrain.cli.requests import List
from nntrain.config import catalogue
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal


def test_one_kind_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    List(name="layers").run(Terminal())
    title, names, *rows = capsys.readouterr().out.splitlines()
    assert (title, names.split()[0]) == ("layers", "name")
    assert [row.split()[0] for row in rows] == list(catalogue.entries("layers"))
    assert "Dense" in catalogue.entries("layers")


def test_without_a_kind_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    List().run(Terminal(as_json=True))
    shown = json.loads(capsys.readouterr().out)
    assert list(shown) == ["version", "event", *catalogue.kinds()]


def test_a_name_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    List(name="Adam").run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "Adam, an optimizer: Momentum and RMSprop, each with bias correction (Kingma and Ba 2014).",
        "  example: train: {optimizer: Adam}",
        "  paper: Kingma and Ba 2014",
    ]
    assert lines[3].split()[0] == "option"
    assert [line.split()[0] for line in lines[4:]][:2] == ["amsgrad", "beta_1"]


def test_a_path_is_explained_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    List(name="train.batch_size").run(Terminal(as_json=True))
    [found] = json.loads(capsys.readouterr().out)["found"]
    assert found["title"] == "train.batch_size"
    assert found["facts"]["values"] == "a whole number from 1 or `full`"


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ConfigError, match="`layres`"):
        List(name="layres").run(Terminal())
