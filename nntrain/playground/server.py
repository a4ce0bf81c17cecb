"""The page over HTTP, and what it may ask of a session."""

import json
import socket
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from nntrain.playground import compose
from nntrain.playground.page import served
from nntrain.playground.session import Session
from nntrain.playground.settings import as_json, settings_from
from nntrain.watching.loopback import MOST_WAITING, LoopbackHandler, LoopbackServer, Refused

MOST_BYTES = 20_000  # of a request's body
POLL_SECONDS = 10.0  # until a page that waits for news is answered without any


class Server(LoopbackServer):
    """Serves a session."""

    def __init__(self, listening: socket.socket, session: Session, token: str) -> None:
        super().__init__(listening, Handler, token)
        self.session = session
        self.waiting = 0


class Handler(LoopbackHandler):
    """Answers `/`, `/state` and `/yaml`, and takes commands at `/command`."""

    server: Server

    def do_GET(self) -> None:
        """Answer with the page, with what is new, or with the config of an epoch."""
        self.answered({"/": self._page, "/state": self._state, "/yaml": self._yaml})

    def do_POST(self) -> None:
        """Do what the page asks for."""
        self.answered({"/command": self._command})

    def _page(self, _: Mapping[str, str]) -> None:
        self.page(served.page(self.server.session.base))

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
            **{name: getattr(view, name) for name in ("epoch", "shown", "step", "steps", "inside", "metrics")},
            "settings": as_json(view.settings),
            "from": 0 if is_new else rows,
            "rows": view.rows if is_new else view.rows[rows:],
        }
        if is_new or drawn < view.drawn:
            found["pictures"] = view.pictures
        if view.scene and _number(query, "scene") != view.run:
            found["scene"] = view.scene
        self.json(found)

    def _yaml(self, query: Mapping[str, str]) -> None:
        session = self.server.session
        view, epochs, step = session.desk.now, max(0, _number(query, "epoch")), max(0, _number(query, "step"))
        steps = epochs * view.steps + step if step else None
        text = compose.text(session.base, view.settings, max(1, epochs + bool(step)), steps)
        self.json({"text": text})

    def _command(self, _: Mapping[str, str]) -> None:
        """Do one of `go_on`, `epoch`, `step`, `pause`, `show` and `restart`."""
        asked = self._body()
        session = self.server.session
        match asked.get("do"):
            case "go_on":
                session.desk.go_on()
            case "epoch":
                session.desk.go_on(1)
            case "step":
                session.desk.step()
            case "pause":
                session.desk.pause()
            case "show":
                session.desk.pause(_epoch(asked.get("epoch")))
            case "restart":
                session.restart(settings_from(json.dumps(asked.get("settings")).encode()))
            case _:
                raise Refused(HTTPStatus.BAD_REQUEST, "there is no such command")
        self.json({"done": True})

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


def _epoch(value: Any) -> int:
    if isinstance(value, int) and 0 <= value < 10**9:
        return value
    raise Refused(HTTPStatus.BAD_REQUEST, "the epoch is no whole number")


def _number(query: Mapping[str, str], name: str) -> int:
    """Return a whole number from 0, or -1 for anything else."""
    text = query.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 12 else -1
