"""The whole page: one file, its style and its script inside, which fetches nothing."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from nntrain import __version__
from nntrain.report.markup import Html, element, escaped, joined, listed
from nntrain.report.sections import (
    configuration,
    curves,
    data,
    environment,
    findings,
    overview,
    plots,
    reproduction,
    scores,
    trials,
)
from nntrain.subject import Subject

SECTIONS = (overview, scores, curves, findings, trials, plots, data, configuration, environment, reproduction)


def page(subjects: Sequence[Subject]) -> str:
    """Return the HTML of a page about these subjects; a section without content is left out."""
    filled = [(section.TITLE, section.content(subjects)) for section in SECTIONS]
    shown = [(title, title.lower().replace(" ", "-"), content) for title, content in filled if content]
    title = escaped(", ".join(subject.name for subject in subjects))
    links = listed(element("a", name, href=f"#{anchor}") for name, anchor, _ in shown)
    main = element("main", joined(_section(*each) for each in shown), id="main")
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            f"<head>{_head(title)}</head>",
            "<body>",
            element("a", "Skip to the content", href="#main", class_="skip"),
            f"<header><h1>{title}</h1>",
            element("nav", links, aria_label="Sections"),
            "</header>",
            main,
            element("footer", element("p", f"Written by nntrain {__version__}.", class_="quiet")),
            f"<script>{_asset('curves.js')}</script>" if 'id="curve-data"' in main else "",
            "</body>",
            "</html>",
            "",
        )
    )


def _section(title: str, anchor: str, content: Html) -> Html:
    heading = element("h2", title, id=f"{anchor}-title")
    return element("section", joined((heading, content)), id=anchor, aria_labelledby=f"{anchor}-title")


def _head(title: Html) -> str:
    """Return the head. Its policy lets the page load nothing, and run no script but the one in it."""
    style, script = _asset("page.css"), _asset("curves.js")
    policy = f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return (
        '<meta charset="utf-8">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}; base-uri 'none'; form-action 'none'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}</style>"
    )


@cache
def _asset(name: str) -> str:
    return resources.files("nntrain.report").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
