"""The page of a training that runs: parts of the report, which the page asks for again and again."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from nntrain.report import sealed
from nntrain.report.markup import Html, element, escaped, joined, listed
from nntrain.report.sections import curves, trials
from nntrain.subject import Subject
from nntrain.watching.loopback import LoopbackHandler, LoopbackServer

_asset = partial(sealed.asset, "nntrain.report")

SECONDS = 1.0  # between two looks at the files
SHARE = 0.1  # of the time that the looks may take, at most


@dataclass(frozen=True)
class Seen:
    """What the files say: lines about the state, of the whole and of each run in it; whether the training is over."""

    heads: Sequence[str]
    subject: Subject
    is_over: bool
    runs: Sequence[str] = ()


def page(name: str) -> str:
    """Return the HTML of the page, which asks the server that it comes from."""
    title = escaped(name)
    scripts = {"curves": _asset("curves.js"), "live": _asset("live.js")}
    head = sealed.head(title, _asset("page.css"), scripts, connect_src="'self'")
    status = element("div", element("p", "reading the files"), id="state", role="status")
    parts = (
        element("h2", "Learning curves", id="curves-title"),
        element("div", "", id="curves"),
    )
    more = element("section", "", id="more", aria_label="Runs")
    main = element("main", joined((status, element("section", joined(parts), aria_labelledby="curves-title"), more)))
    body = (
        f"<header><h1>{title}</h1></header>",
        main,
        *(f"<script>{text}</script>" for text in scripts.values()),
    )
    return sealed.document(head, body)


def state(seen: Seen) -> dict[str, Any]:
    """Return what the page shows. frame: the boxes of the charts, which stay while their `shape` does."""
    frame, numbers = curves.parts([seen.subject])
    return {
        "over": seen.is_over,
        "state": joined(element("p", line) for line in seen.heads if line),
        "frame": frame,
        "shape": hashlib.sha256(frame.encode()).hexdigest(),
        "curves": numbers,
        "more": _more(seen),
    }


def _more(seen: Seen) -> Html:
    """Return what is below the curves: the trials of a search, the runs of a group."""
    table = trials.content([seen.subject])
    found = table or (listed(seen.runs) if seen.runs else Html(""))
    return joined((element("h2", trials.TITLE if table else "Runs"), found)) if found else found


@dataclass
class Looks:
    """What was seen last: all pages share a look, and looking takes a tenth of the time at most."""

    look: Callable[[], Seen]
    due: float = 0.0
    last: dict[str, Any] = field(default_factory=dict)
    alone: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> dict[str, Any]:
        """Return the state, which is not older than a second, or ten times what it took."""
        with self.alone:
            began = time.monotonic()
            if began >= self.due:
                self.last = state(self.look())
                took = time.monotonic() - began
                self.due = began + max(SECONDS, took / SHARE)
            return self.last


class Server(LoopbackServer):
    """Serves the page of one run, group or search."""

    def __init__(self, listening: Any, name: str, look: Callable[[], Seen], token: str) -> None:
        super().__init__(listening, Handler, token)
        self.name = name
        self.looks = Looks(look)


class Handler(LoopbackHandler):
    """Answers `/` and `/state`."""

    server: Server

    def do_GET(self) -> None:
        """Answer with the page or with what it shows."""
        self.answered({"/": self._page, "/state": self._state})

    def _page(self, _: Mapping[str, str]) -> None:
        self.page(page(self.server.name))

    def _state(self, _: Mapping[str, str]) -> None:
        self.json(self.server.looks.now())
