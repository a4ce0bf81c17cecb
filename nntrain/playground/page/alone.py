"""The page as one file that trains by JavaScript, without a server. Light."""

from typing import Any

from nntrain.playground.base import Base
from nntrain.playground.page.served import begin, composed

SCRIPTS = ("order.js", "trainer.js", "yaml.js", "local.js")


def page(base: Base, data: dict[str, Any], spread: dict[str, Any]) -> str:
    """Return the HTML of a page that needs nothing else; data, spread: as `spread.data_of` and `spread_of` return."""
    [own] = list(base.tree["data"].items()) if base.name else [("", {})]
    first = begin(base)
    more: dict[str, Any] = {"data": {own[0]: own[1]}, "points": dict(base.points), "outputs": list(base.outputs)}
    name, options = base.optimizer or ("", {})
    more["optimizer"] = [name, dict(options)]
    return composed(
        {"engine": "page", **first, "base": {**first["base"], **more}, "data": data, "spread": spread}, SCRIPTS
    )
