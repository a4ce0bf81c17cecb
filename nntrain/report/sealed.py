"""A page that loads nothing: its style and its scripts are in it, and its policy lets nothing else run."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from nntrain.report.markup import Html


@cache
def asset(package: str, name: str) -> str:
    """Return the text of a file that is beside the modules of a package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def document(head: str, body: Iterable[str]) -> str:
    """Return the HTML of a page. head: what `head` returns. body: the elements of `<body>`, in order."""
    begin = ("<!doctype html>", '<html lang="en">', f"<head>{head}</head>", "<body>")
    return "\n".join((*begin, *body, "</body>", "</html>", ""))


def head(title: str, style: str, scripts: Mapping[str, str], **more: str) -> str:
    """Return what is in `<head>`. title: as HTML. scripts: all that the page has. more: such as `connect_src`."""
    allowed = " ".join(f"'{_hash(text)}'" for text in scripts.values()) or "'none'"
    parts = {"default-src": "'none'", **{name.replace("_", "-"): value for name, value in more.items()}}
    parts |= {"style-src": f"'{_hash(style)}'", "script-src": allowed, "base-uri": "'none'", "form-action": "'none'"}
    policy = "; ".join(f"{name} {value}" for name, value in parts.items())
    return (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}</style>"
    )


def json_script(name: str, content: Any) -> Html:
    """Return a `<script>` that holds JSON in ASCII, which ends no script and begins no comment of HTML."""
    text = json.dumps(content, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return Html(f'<script type="application/json" id="{name}">{text}</script>')


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
