"""A page that a command serves: the port that is taken, and the signal that ends it."""

import json
import os
import signal
import socket
import sys
import threading
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli import served_page
from nntrain.cli.requests import Watch
from nntrain.errors import ConfigError
from nntrain.serving.server import listen
from nntrain.terminal import Terminal
from nntrain.training.signals import STOPPING
from nntrain.watching.loopback import LoopbackHandler, LoopbackServer
from tests.cli.commands.test_runs import make


def test_a_port_that_is_taken_is_an_error_only_where_it_was_asked_for() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} of 127.0.0.1 is taken"):
            served_page.listening(port, 0)
        with served_page.listening(None, port) as other:
            assert other.getsockname()[1] != port


def test_the_page_is_served_until_a_signal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (make(tmp_path, "net", status=0) / "metrics.csv").write_text("epoch,loss\n1,0.5\n")
    terminal = Asking(as_json=True)
    Watch(name="net", html=True, port=0, runs_dir=tmp_path, json=True).run(terminal)
    terminal.asking.join(30)
    assert "<h1>net</h1>" in terminal.pages[0]
    printed = capsys.readouterr()
    assert json.loads(printed.out)["url"] == terminal.url
    assert printed.err == "no longer watching; a training goes on\n"


class Asking(Terminal):
    """Asks in a thread for the page whose address is printed, and then sends Ctrl-C."""

    def event(self, name: str, content: Mapping[str, Any]) -> None:
        super().event(name, content)
        self.url, self.pages = content["url"], list[str]()
        self.asking = threading.Thread(target=self._ask)
        self.asking.start()

    def _ask(self) -> None:
        try:
            self.pages.append(urllib.request.urlopen(self.url, timeout=30).read().decode())
        finally:
            os.kill(os.getpid(), signal.SIGINT)


class Prompt(LoopbackServer):
    """Looks often whether it is to end."""

    def serve_forever(self, poll_interval: float = 0.01) -> None:
        super().serve_forever(poll_interval)


class Quiet(Terminal):
    """Says that the page is served, and then sends a signal at one of the next calls of the main thread."""

    def __init__(self, moment: int) -> None:
        super().__init__(quiet=True)
        self.left = moment
        self.sent = False

    def line(self, text: str) -> None:
        sys.setprofile(self._called)

    def _called(self, frame: Any, event: str, argument: Any) -> None:
        self.left -= 1
        if self.left < 0 and not self.sent:
            self.sent = True
            signal.raise_signal(signal.SIGTERM)


def test_a_signal_ends_it_at_whatever_moment_it_comes() -> None:
    """None is lost just before a wait, and none waits for a lock that the main thread holds."""
    before = [signal.getsignal(number) for number in STOPPING]
    for moment in range(16):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            terminal = Quiet(moment)
            try:
                served_page.serve(lambda token: Prompt(listening, LoopbackHandler, token), "served", terminal)
            finally:
                sys.setprofile(None)
        assert terminal.sent
    assert [signal.getsignal(number) for number in STOPPING] == before


def test_a_port_without_a_page_is_an_error(tmp_path: Path) -> None:
    make(tmp_path, "net", status=0)
    with pytest.raises(ConfigError, match="`--port` is for a page"):
        Watch(name="net", port=8000, runs_dir=tmp_path).run(Terminal())
