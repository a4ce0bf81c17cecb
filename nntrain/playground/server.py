"""The page over HTTP, for this machine alone: every request has the token, and the name of this machine as its host."""

import hmac
import json
import socket
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from nntrain.errors import NNTrainError, Problem
from nntrain.playground import compose
from nntrain.playground.page import served
from nntrain.playground.session import Session
from nntrain.playground.settings import as_json, settings_from

MOST_BYTES = 20_000  # of a request's body
MOST_WAITING = 32  # requests at once
POLL_SECONDS = 10.0  # until a page that waits for news is answered without any
_IDLE_SECONDS = 30  # for the next bytes of a connection
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Refused(Exception):
    """A request that is not answered, with its status."""

    def __init__(self, status: HTTPStatus, message: str, help: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.help = status, message, help


class Server(ThreadingHTTPServer):
    """Serves a session on a socket that listens already, a thread for each connection."""

    daemon_threads = True
    request_queue_size = MOST_WAITING

    def __init__(self, listening: socket.socket, session: Session, token: str) -> None:
        super().__init__(listening.getsockname()[:2], Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.session = session
        self.token = token
        self.waiting = 0

    @property
    def hosts(self) -> frozenset[str]:
        """What a browser of this machine writes as the host: a page of another name is refused (DNS rebinding)."""
        port = self.socket.getsockname()[1]
        return frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost"))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing of a browser that closes in the middle; a fault of nntrain is printed."""
        import sys

        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Answers `/`, `/state` and `/yaml`, and takes commands at `/command`."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    server: Server

    def do_GET(self) -> None:
        """Answer with the page, with what is new, or with the config of an epoch."""
        self._answered({"/": self._page, "/state": self._state, "/yaml": self._yaml})

    def do_POST(self) -> None:
        """Do what the page asks for."""
        self._answered({"/command": self._command})

    def _answered(self, known: Mapping[str, Any]) -> None:
        try:
            parts = urlsplit(self.path)
            self._refuse_strangers(parts.query if parts.path == "/" else "")
            if parts.path not in known:
                raise Refused(HTTPStatus.NOT_FOUND, f"there is no {self.command} {parts.path[:100]}")
            known[parts.path]({name: values[-1] for name, values in parse_qs(parts.query).items()})
        except Refused as error:
            self.close_connection = True  # the body, if there is one, is not read
            self._json({"message": error.message, "help": error.help}, error.status)
        except NNTrainError as error:
            problem: Problem = error.problems[0]
            self._json({"message": problem.message, "help": problem.help}, HTTPStatus.UNPROCESSABLE_ENTITY)

    def _refuse_strangers(self, query: str) -> None:
        """Raise Refused for a host that is not this machine, another page, and a token that is missing or wrong."""
        if self.headers.get("Host", "").lower() not in self.server.hosts:
            raise Refused(HTTPStatus.FORBIDDEN, "this page is for this machine", "open the URL that was printed")
        origin = self.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc not in self.server.hosts:
            raise Refused(HTTPStatus.FORBIDDEN, "another page cannot use this one")
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        given = parse_qs(query).get("token", [given])[-1]
        if not hmac.compare_digest(given.encode(errors="replace"), self.server.token.encode()):
            raise Refused(HTTPStatus.UNAUTHORIZED, "the token is missing or wrong", "open the URL that was printed")

    def _page(self, _: Mapping[str, str]) -> None:
        text = served.page(self.server.session.base)
        self._send(text.encode(), "text/html; charset=utf-8", {"X-Frame-Options": "DENY"})

    def _state(self, query: Mapping[str, str]) -> None:
        """Answer with what is newer than what the page has, as soon as there is any."""
        run, version, drawn, rows = (_number(query, name) for name in ("run", "version", "drawn", "rows"))
        if self.server.waiting >= MOST_WAITING:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too many pages wait", "close some of them")
        self.server.waiting += 1
        try:
            view = self.server.session.desk.view(version, POLL_SECONDS)
        finally:
            self.server.waiting -= 1
        is_new = view.run != run
        found = {
            **{name: getattr(view, name) for name in ("run", "version", "drawn", "status", "message", "help")},
            **{"epoch": view.epoch, "shown": view.shown, "metrics": view.metrics, "settings": as_json(view.settings)},
            "from": 0 if is_new else rows,
            "rows": view.rows if is_new else view.rows[rows:],
        }
        if is_new or drawn < view.drawn:
            found["pictures"] = view.pictures
        if view.scene and _number(query, "scene") != view.run:
            found["scene"] = view.scene
        self._json(found)

    def _yaml(self, query: Mapping[str, str]) -> None:
        session = self.server.session
        text = compose.text(session.base, session.desk.now.settings, max(1, _number(query, "epoch")))
        self._json({"text": text})

    def _command(self, _: Mapping[str, str]) -> None:
        """Do one of `go_on`, `step`, `pause`, `show` and `restart`."""
        asked = self._body()
        session = self.server.session
        match asked.get("do"):
            case "go_on":
                session.desk.go_on()
            case "step":
                session.desk.go_on(1)
            case "pause":
                session.desk.pause()
            case "show":
                session.desk.pause(_epoch(asked.get("epoch")))
            case "restart":
                session.restart(settings_from(json.dumps(asked.get("settings")).encode()))
            case _:
                raise Refused(HTTPStatus.BAD_REQUEST, "there is no such command")
        self._json({"done": True})

    def _body(self) -> dict[str, Any]:
        """Return the JSON object that was sent; raises Refused for anything else."""
        declared = self.headers.get("Content-Length", "")
        if not declared.isdecimal() or len(declared) > 9 or "Transfer-Encoding" in self.headers:
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "the length of the body is missing")
        if int(declared) > MOST_BYTES:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {MOST_BYTES:,} bytes")
        if self.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the content is not `application/json`")
        try:
            found = json.loads(self.rfile.read(int(declared)))
        except (ValueError, RecursionError):
            raise Refused(HTTPStatus.BAD_REQUEST, "the body is no JSON") from None
        if not isinstance(found, dict):
            raise Refused(HTTPStatus.BAD_REQUEST, "the body is no object")
        return found

    def _json(self, content: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(json.dumps(content, separators=(",", ":")).encode(), "application/json", status=status)

    def _send(
        self, body: bytes, kind: str, headers: Mapping[str, str] | None = None, status: HTTPStatus = HTTPStatus.OK
    ) -> None:
        self.send_response(status)
        length = {"Content-Type": kind, "Content-Length": str(len(body))}
        for name, value in {**_HEADERS, **length, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """Return what the header `Server` says."""
        return "nntrain"

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


def _epoch(value: Any) -> int:
    if isinstance(value, int) and 0 <= value < 10**9:
        return value
    raise Refused(HTTPStatus.BAD_REQUEST, "the epoch is no whole number")


def _number(query: Mapping[str, str], name: str) -> int:
    """Return a whole number from 0, or -1 for anything else."""
    text = query.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 12 else -1
