"""Requests over a real socket: who is answered, what is refused, and what a page sees of a training."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from nntrain.playground.base import Base
from nntrain.playground.server import MOST_BYTES, Server
from nntrain.playground.session import Session
from nntrain.playground.settings import Settings, as_json
from nntrain.serving.server import listen

TOKEN = "t0k3n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    session = Session(Base(Settings(size=60, hidden=(2,))))
    with Server(listen("127.0.0.1", 0), session, TOKEN) as made:
        session.start()
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        session.close()
        made.shutdown()
        thread.join(10)


def port(server: Server) -> int:
    return int(server.socket.getsockname()[1])


def ask(server: Server, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """The status and the content of an answer; `headers` are beside those of a page that knows the token."""
    connection = http.client.HTTPConnection("127.0.0.1", port(server), timeout=30)
    sent = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
    connection.request(method, path, data, {name: value for name, value in sent.items() if value})
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    return answer.status, json.loads(content) if answer.headers["Content-Type"] == "application/json" else content


def state(server: Server, **query: int) -> Any:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return ask(server, "GET", f"/state?{words}")[1]


def until(server: Server, status: str, epoch: int = 0) -> Any:
    end, view = time.monotonic() + 60, state(server)
    while view["status"] != status or view["epoch"] < epoch or not view.get("pictures"):
        assert time.monotonic() < end, view
        view = state(server, version=view["version"])
    return view


def test_a_page_follows_a_training(server: Server) -> None:
    status, text = ask(server, "GET", f"/?token={TOKEN}", Authorization="")
    assert status == 200 and text.startswith("<!doctype html>") and TOKEN not in text
    first = until(server, "paused")
    assert first["scene"]["layers"][0]["names"] == ["x", "y"] and first["rows"] == []
    assert ask(server, "POST", "/command", {"do": "epoch"}) == (200, {"done": True})
    view = until(server, "paused", epoch=1)
    assert [row[0] for row in view["rows"]] == [1]
    known = {name: view[name] for name in ("run", "version", "drawn")}
    ask(server, "POST", "/command", {"do": "epoch"})
    later = state(server, **known, rows=1, scene=view["run"])
    while later["epoch"] < 2:
        later = state(server, **known, rows=1, scene=view["run"])
    assert [row[0] for row in later["rows"]] == [2] and later["from"] == 1 and "scene" not in later
    assert "epochs: 2\n" in ask(server, "GET", "/yaml?epoch=2")[1]["text"]
    ask(server, "POST", "/command", {"do": "step"})
    while (inside := state(server))["step"] != 1:
        time.sleep(0.02)
    assert (inside["steps"], [row[0] for row in inside["inside"]]) == (3, [pytest.approx(2 + 1 / 3)])
    assert "steps: 7\n" in ask(server, "GET", "/yaml?epoch=2&step=1")[1]["text"]
    settings = {**as_json(Settings()), "size": 60, "kind": "xor"}
    assert ask(server, "POST", "/command", {"do": "restart", "settings": settings})[0] == 200
    begun = state(server, **known, rows=2, scene=view["run"])
    while begun["run"] == view["run"]:
        begun = state(server, **known, rows=2, scene=view["run"])
    assert begun["from"] == 0 and begun["settings"]["kind"] == "xor"
    assert ask(server, "POST", "/command", {"do": "go_on"})[0] == 200
    until(server, "running", epoch=2)
    assert ask(server, "POST", "/command", {"do": "show", "epoch": 1})[0] == 200
    while state(server)["shown"] != 1:
        time.sleep(0.02)
    assert ask(server, "POST", "/command", {"do": "pause"})[0] == 200


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", f"Bearer {TOKEN}x", "Bearer ü", TOKEN[:-1]])
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/state"), ("GET", "/yaml"), ("POST", "/command")])
def test_without_the_token_nothing_is_answered(server: Server, method: str, path: str, token: str) -> None:
    body = {"do": "step"} if method == "POST" else None
    status, content = ask(server, method, path, body, Authorization=token)
    assert (status, content["message"]) == (401, "the token is missing or wrong")


def test_the_token_counts_in_the_address_of_the_page_alone(server: Server) -> None:
    assert ask(server, "GET", f"/state?token={TOKEN}", Authorization="")[0] == 401


@pytest.mark.parametrize("host", ["example.com", "example.com:80", "127.0.0.1", "127.0.0.1:1", "localhost.:80"])
def test_a_name_that_is_not_this_machine_is_refused(server: Server, host: str) -> None:
    assert ask(server, "GET", "/state", Host=host)[0] == 403


def test_another_page_cannot_use_this_one(server: Server) -> None:
    own = f"http://localhost:{port(server)}"
    assert ask(server, "GET", "/yaml?epoch=1", Origin=own)[0] == 200
    for origin in ("http://example.com", "null", own + "1"):
        assert ask(server, "GET", "/yaml?epoch=1", Origin=origin)[0] == 403


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b" " * (MOST_BYTES + 1), {}, 413),
        (b"{}", {"Content_Length": "9" * 30}, 411),
        (b"{}", {"Content_Type": "text/plain"}, 415),
        (b"{", {}, 400),
        (b"[" * 5000, {}, 400),
        (b"[]", {}, 400),
        (b"\xff\xfe", {}, 400),
        ({"do": "none"}, {}, 400),
        ({"do": "show", "epoch": "x"}, {}, 400),
        ({"do": "show", "epoch": -1}, {}, 400),
        ({"do": "restart"}, {}, 422),
        ({"do": "restart", "settings": {"kind": "square"}}, {}, 422),
        ({"do": "restart", "settings": {"learning_rate": "NaN"}}, {}, 422),
    ],
)
def test_bodies_that_are_refused(server: Server, body: Any, headers: dict[str, str], status: int) -> None:
    found, content = ask(server, "POST", "/command", body, **headers)
    assert found == status and content["message"]


def test_unknown_paths_and_numbers_that_are_none(server: Server) -> None:
    assert ask(server, "GET", "/none")[0] == 404
    assert ask(server, "POST", "/state", {})[0] == 404
    assert ask(server, "GET", "/state?run=x&version=--1&rows=99999999999999")[0] == 200


def test_a_browser_that_closes_in_the_middle_stops_nothing(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    lines = f"Host: 127.0.0.1:{port(server)}\r\nAuthorization: Bearer {TOKEN}\r\n"
    for request in (
        f"GET /state?version=99999 HTTP/1.1\r\n{lines}\r\n",
        "GET /sta",
        f"POST /command HTTP/1.1\r\n{lines}Co",
    ):
        with socket.create_connection(("127.0.0.1", port(server))) as one:
            one.sendall(request.encode())
    assert ask(server, "GET", "/yaml?epoch=1")[0] == 200
    assert capfd.readouterr().err == ""
