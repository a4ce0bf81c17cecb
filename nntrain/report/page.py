"""The whole page: one file, its style and its script inside, which fetches nothing."""

from collections.abc import Sequence
from functools import partial

from nntrain import __version__
from nntrain.report import sealed
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

_asset = partial(sealed.asset, "nntrain.report")

SECTIONS = (overview, scores, curves, findings, trials, plots, data, configuration, environment, reproduction)


def page(subjects: Sequence[Subject]) -> str:
    """Return the HTML of a page about these subjects; a section without content is left out."""
    filled = [(section.TITLE, section.content(subjects)) for section in SECTIONS]
    shown = [(title, title.lower().replace(" ", "-"), content) for title, content in filled if content]
    title = escaped(", ".join(subject.name for subject in subjects))
    links = listed(element("a", name, href=f"#{anchor}") for name, anchor, _ in shown)
    main = element("main", joined(_section(*each) for each in shown), id="main")
    head = sealed.head(title, _asset("page.css"), {"curves": _asset("curves.js")}, img_src="data:")
    body = (
        element("a", "Skip to the content", href="#main", class_="skip"),
        f"<header><h1>{title}</h1>",
        element("nav", links, aria_label="Sections"),
        "</header>",
        main,
        element("footer", element("p", f"Written by nntrain {__version__}.", class_="quiet")),
        f"<script>{_asset('curves.js')}</script>" if 'id="curve-data"' in main else "",
    )
    return sealed.document(head, body)


def _section(title: str, anchor: str, content: Html) -> Html:
    heading = element("h2", title, id=f"{anchor}-title")
    return element("section", joined((heading, content)), id=anchor, aria_labelledby=f"{anchor}-title")
