"""The page of a model: one file with its weights, its JavaScript and its style, which fetches nothing."""

import base64
import hashlib
import json
from importlib import resources
from typing import Any

from nntrain import __version__
from nntrain.config.messages import counted
from nntrain.exports.description import description
from nntrain.exports.subject import Subject
from nntrain.exports.web.form import form
from nntrain.exports.web.operations import operations
from nntrain.report.markup import Html, element, escaped, joined


def page(subject: Subject) -> str:
    """Return the HTML of a page that predicts. Raises ConfigError for layers that it cannot hold, by name."""
    layers, weights = operations(subject)
    content = {"schema": description(subject), "layers": layers, **form(subject)}
    scripts = {"network": _asset("network.js"), "form": _asset("form.js")}
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            f"<head>{_head(subject, scripts)}</head>",
            "<body>",
            element("header", joined((element("h1", subject.name), element("p", _about(subject), class_="quiet")))),
            "<main>",
            element("section", joined((element("h2", "Input"), element("div", "", id="inputs"))), aria_label="Input"),
            element("section", _result(), aria_label="Prediction"),
            "</main>",
            element("footer", element("p", _footer(), class_="quiet")),
            "<noscript><p>This page computes with JavaScript, which is off here.</p></noscript>",
            f'<script type="application/json" id="page">{_json(content)}</script>',
            f'<script type="text/plain" id="weights">{weights.base64()}</script>',
            *(f'<script id="{name}">{text}</script>' for name, text in scripts.items()),
            "</body>",
            "</html>",
            "",
        )
    )


def _about(subject: Subject) -> str:
    schema = subject.saved.resolved.schema
    what = f"one of {counted(len(schema.classes), 'class')}" if schema.classes else "numbers"
    if not schema.classes and schema.targets:
        what = ", ".join(schema.targets[:10])
    return f"A neural network that predicts {what}. It runs in this page: nothing that you enter leaves your computer."


def _result() -> Html:
    return joined((element("h2", "Prediction"), element("div", "", id="result", aria_live="polite")))


def _footer() -> str:
    return f"Written by nntrain {__version__}. What the network was trained on, and how good it is: model_card.md."


def _head(subject: Subject, scripts: dict[str, str]) -> str:
    """Return the head. Its policy lets the page load nothing, and run no scripts but the two in it."""
    style = _asset("page.css")
    allowed = " ".join(f"'{_hash(text)}'" for text in scripts.values())
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src {allowed}; base-uri 'none'; form-action 'none'"
    )
    return (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escaped(subject.name)}</title><style>{style}</style>"
    )


def _json(content: Any) -> str:
    """Return JSON that ends no script and begins no comment of HTML."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _asset(name: str) -> str:
    return resources.files("nntrain.exports.web").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
