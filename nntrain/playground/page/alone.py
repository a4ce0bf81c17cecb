"""The page as one file that trains by JavaScript, without a server. Light."""

from typing import Any

from nntrain.playground.base import Base
from nntrain.playground.page.served import begin, composed

SCRIPTS = ("order.js", "trainer.js", "yaml.js", "local.js")


def page(base: Base, content: dict[str, Any]) -> str:
    """Return the HTML of a page that needs nothing else; content: `data` and `spread`, as `spread.content` returns."""
    [own] = list(base.tree["data"].items()) if base.name else [("", {})]
    first = begin(base)
    more = {"data": {own[0]: own[1]}, "points": dict(base.points), "outputs": list(base.outputs)}
    return composed({"engine": "page", **first, "base": {**first["base"], **more}, **content}, SCRIPTS)
