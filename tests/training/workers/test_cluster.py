"""The cluster of TF_CONFIG. tests/cli/commands/test_launch.py has the errors of `--workers` and `--worker`."""

import json

import pytest

from nntrain.errors import ConfigError
from nntrain.training.workers.cluster import parse

pytestmark = pytest.mark.quick


def test_tf_config_replaces_both_options(monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"cluster": {"chief": ["a:1"], "worker": ["b:1", "c:1"]}, "task": {"type": "worker", "index": 1}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(content))
    found = parse(None, None)
    assert found is not None
    assert (found.addresses, found.index, found.key) == (("a:1", "b:1", "c:1"), 2, b"key")
    assert "key" not in repr(found)
    assert parse("a:1,b:1,c:1", None) == found


def test_an_invalid_tf_config_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"cluster": {"worker": [1, 2]}, "task": {"type": "worker", "index": 0}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(numbers))
    with pytest.raises(ConfigError, match="`1` in `--workers` is not HOST:PORT"):
        parse(None, None)
    monkeypatch.setenv("TF_CONFIG", "{")
    with pytest.raises(ConfigError, match="invalid TF_CONFIG"):
        parse(None, None)
