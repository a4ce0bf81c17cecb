"""The page of a model: one file with its weights, its JavaScript and its style, which fetches nothing."""

from functools import partial

from nntrain import __version__
from nntrain.config.messages import counted
from nntrain.exports.description import description
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.web.form import form
from nntrain.exports.web.operations import operations
from nntrain.report import sealed
from nntrain.report.markup import Html, element, escaped, joined

_asset = partial(sealed.asset, "nntrain.exports.web")


def page(exported: ExportedRun) -> str:
    """Return the HTML of a page that predicts. Raises ConfigError for layers that it cannot hold, by name."""
    layers, weights = operations(exported)
    content = {"schema": description(exported), "layers": layers, **form(exported)}
    scripts = {"network": _asset("network.js"), "form": _asset("form.js")}
    head = sealed.head(escaped(exported.name), _asset("page.css"), scripts)
    body = (
        element("header", joined((element("h1", exported.name), element("p", _about(exported), class_="quiet")))),
        "<main>",
        element("section", joined((element("h2", "Input"), element("div", "", id="inputs"))), aria_label="Input"),
        element("section", _result(), aria_label="Prediction"),
        "</main>",
        element("footer", element("p", _footer(), class_="quiet")),
        "<noscript><p>This page computes with JavaScript, which is off here.</p></noscript>",
        sealed.json_script("page", content),
        f'<script type="text/plain" id="weights">{weights.base64()}</script>',
        *(f'<script id="{name}">{text}</script>' for name, text in scripts.items()),
    )
    return sealed.document(head, body)


def _about(exported: ExportedRun) -> str:
    schema = exported.saved.resolved.schema
    what = f"one of {counted(len(schema.classes), 'class')}" if schema.classes else "numbers"
    if not schema.classes and schema.targets:
        what = ", ".join(schema.targets[:10])
    return f"A neural network that predicts {what}. It runs in this page: nothing that you enter leaves your computer."


def _result() -> Html:
    return joined((element("h2", "Prediction"), element("div", "", id="result", aria_live="polite")))


def _footer() -> str:
    return f"Written by nntrain {__version__}. What the network was trained on, and how good it is: model_card.md."
