"""A page over HTTP, for this machine alone: every request has the token, and the name of this machine as its host."""

import hmac
import json
import socket
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from nntrain.errors import NNTrainError, Problem

MOST_WAITING = 32  # requests at once
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


class LoopbackServer(ThreadingHTTPServer):
    """Serves on a socket that listens already, a thread for each connection."""

    daemon_threads = True
    request_queue_size = MOST_WAITING

    def __init__(self, listening: socket.socket, handler: "type[LoopbackHandler]", token: str) -> None:
        super().__init__(listening.getsockname()[:2], handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.token = token

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


class LoopbackHandler(BaseHTTPRequestHandler):
    """Answers those who know the token; a class below it says what there is."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    server: LoopbackServer

    def answered(self, known: Mapping[str, Any]) -> None:
        """Answer by the function of the path, which takes the query; what it raises becomes JSON with a status."""
        try:
            parts = urlsplit(self.path)
            self._refuse_strangers(parts.query if parts.path == "/" else "")
            if parts.path not in known:
                raise Refused(HTTPStatus.NOT_FOUND, f"there is no {self.command} {parts.path[:100]}")
            known[parts.path]({name: values[-1] for name, values in parse_qs(parts.query).items()})
        except Refused as error:
            self.close_connection = True  # the body, if there is one, is not read
            self.json({"message": error.message, "help": error.help}, error.status)
        except NNTrainError as error:
            problem: Problem = error.problems[0]
            self.json({"message": problem.message, "help": problem.help}, HTTPStatus.UNPROCESSABLE_ENTITY)

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

    def page(self, text: str) -> None:
        """Send a page, which no other page may show in a frame."""
        self._send(text.encode(), "text/html; charset=utf-8", {"X-Frame-Options": "DENY"})

    def json(self, content: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        """Send JSON."""
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
