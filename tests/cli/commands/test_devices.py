"""`nntrain devices`: the table and the JSON."""

import json
from typing import Any

import pytest

from nntrain.cli.requests import Devices
from nntrain.terminal import Terminal


def test_the_cpu_is_listed_with_its_cores(forked: Any, tmp_path: Any) -> None:
    done = forked(tmp_path, "devices")
    assert done.returncode == 0, done.stderr
    names, first, *_ = done.stdout.splitlines()
    assert names.split() == ["device", "kind", "name"]
    assert first.split()[:2] == ["CPU:0", "CPU"] and first.endswith(" cores")


def test_json_has_an_entry_for_each_device(capsys: pytest.CaptureFixture[str]) -> None:
    Devices().run(Terminal(as_json=True))
    shown = json.loads(capsys.readouterr().out)
    assert shown["devices"][0]["kind"] == "CPU"
    assert all(set(device) == {"device", "kind", "name"} for device in shown["devices"])
