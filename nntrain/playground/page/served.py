"""The page that nntrain serves: it draws what the server says, and computes nothing itself. Light."""

from functools import partial
from typing import Any

from nntrain import __version__
from nntrain.playground.base import Base
from nntrain.playground.settings import ACTIVATIONS, MOST_LAYERS, MOST_UNITS, OPTIMIZERS, WITH_MOMENTUM, as_json
from nntrain.report import sealed

_asset = partial(sealed.asset, "nntrain.playground.page")

VIEW = ("features.js", "points.js", "colors.js", "plane.js", "curve.js", "graph.js", "controls.js")


def page(base: Base) -> str:
    """Return the HTML of the page that talks to the server it comes from."""
    return composed({"engine": "server", **begin(base)}, ("server.js",), connect_src="'self'")


def begin(base: Base) -> dict[str, Any]:
    """Return what the page begins with."""
    most = {"units": MOST_UNITS, "layers": MOST_LAYERS}
    return {
        "base": base.as_json(),
        "settings": as_json(base.settings),
        "activations": ACTIVATIONS,
        "optimizers": OPTIMIZERS,
        "with_momentum": WITH_MOMENTUM,
        "most": most,
        "version": __version__,
    }


def composed(content: dict[str, Any], engine: tuple[str, ...], **policy: str) -> str:
    """Return the page with the scripts of an engine. policy: as `sealed.head` takes it."""
    scripts = {name: _asset(name) for name in (*VIEW, *engine, "main.js")}
    head = sealed.head("nntrain playground", _asset("page.css"), scripts, **policy)
    body = (
        _asset("body.html"),
        sealed.json_script("begin", content),
        *(f"<script>{text}</script>" for text in scripts.values()),
    )
    return sealed.document(head, body)
