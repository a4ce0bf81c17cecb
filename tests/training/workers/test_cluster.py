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
    for text in (
        "{",
        "[1]",
        '{"cluster": 1}',
        '{"cluster": {"worker": 1}}',
        '{"task": "x", "cluster": {}}',
        "[" * 99_999,
    ):
        monkeypatch.setenv("TF_CONFIG", text)
        with pytest.raises(ConfigError, match="invalid TF_CONFIG"):
            parse(None, None)


@pytest.mark.parametrize(
    ("cluster", "task", "message"),
    [
        ({"chief": ["a:1"], "worker": ["b:1"]}, {"type": "evaluator", "index": 0}, "it has the task `evaluator`"),
        ({"chief": ["a:1"]}, {"type": "evaluator", "index": 0}, "it has the task `evaluator`"),
        ({"worker": ["a:1", "b:1"]}, {"type": "ps", "index": 0}, "it has the task `ps`"),
        ({"worker": ["a:1", "b:1"], "ps": ["c:1"]}, {"type": "worker", "index": 0}, "it has the job `ps`"),
        ({"chief": ["a:1"], "worker": ["b:1"]}, {"index": 0}, "it has the task `None`"),
        ({"chief": ["a:1"], "worker": ["b:1"]}, {"type": "chief", "index": 1}, "it has no chief 1"),
        ({"chief": ["a:1"], "worker": ["b:1"]}, {"type": "worker", "index": -1}, "it has no worker -1"),
        ({"worker": ["a:1", "b:1"]}, {"type": "chief", "index": 0}, "it has no chief 0"),
        ({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": 2}, "it has no worker 2"),
        ({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": True}, "it has no worker True"),
        ({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": 1.5}, "it has no worker 1.5"),
        ({"worker": ["a:1", "b:1"]}, {"type": ["worker"], "index": 0}, "it has the task `['worker']`"),
    ],
)
def test_a_process_that_is_neither_chief_nor_worker_is_refused(
    monkeypatch: pytest.MonkeyPatch, cluster: object, task: object, message: str
) -> None:
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": task}))
    with pytest.raises(ConfigError) as caught:
        parse(None, None)
    assert message in str(caught.value)


def test_a_cluster_without_a_chief_needs_no_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": {"worker": ["a:1", "b:1"]}, "task": {"index": 1}}))
    found = parse(None, None)
    assert found is not None and found.index == 1


@pytest.mark.parametrize("text", ["[1]", "null", '{"cluster": 1}', '{"cluster": {"worker": 5}}', "[" * 100_000])
def test_a_tf_config_of_another_form_is_refused_in_our_words(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ConfigError, match="invalid TF_CONFIG: it is not an object with a `cluster` of addresses"):
        parse(None, None)
