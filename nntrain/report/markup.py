"""HTML in which all text is escaped, unless it is HTML that was made here."""

import html
from collections.abc import Iterable, Sequence
from typing import Any

from nntrain.errors import one_line
from nntrain.terminal import shown_number

LONGEST = 300  # letters of a name or a value that are shown


class Html(str):
    """Text that is HTML already. Any other text is escaped where it is put into HTML."""


def escaped(value: Any, longest: int = LONGEST) -> Html:
    """Return a value as HTML on one line; a long text loses its middle, and what does not print becomes its code."""
    if isinstance(value, Html):
        return value
    text = one_line(shown_number(value))
    if len(text) > longest:
        text = f"{text[: longest * 2 // 3]} … {text[-longest // 3 :]}"
    return Html(html.escape(text))


def element(name: str, content: Any = "", **attributes: Any) -> Html:
    """Return `<name …>content</name>`; an attribute loses a last `_`, and its other ones become `-`."""
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    written = "".join(f' {key}="{html.escape(one_line(str(value)))}"' for key, value in pairs if value != "")
    return Html(f"<{name}{written}>{escaped(content)}</{name}>")


def joined(parts: Iterable[Any]) -> Html:
    """Return the parts one after another."""
    return Html("".join(escaped(part) for part in parts))


def listed(items: Iterable[Any], name: str = "ul") -> Html:
    """Return a list."""
    return element(name, joined(element("li", item) for item in items))


def table(caption: str, heads: Sequence[Any], rows: Sequence[Sequence[Any]]) -> Html:
    """Return a table that scrolls where it is wide; the first cell of a row is its head, numbers are at the right."""
    head = element("tr", joined(element("th", each, scope="col") for each in heads))
    body = joined(element("tr", joined(map(_cell, range(len(row)), row))) for row in rows)
    inner = joined((element("caption", caption), element("thead", head), element("tbody", body)))
    return element("div", element("table", inner), class_="wide", tabindex=0, role="group", aria_label=caption)


def _cell(column: int, value: Any) -> Html:
    if column == 0:
        return element("th", value, scope="row")
    return element("td", value, class_="number" if isinstance(value, int | float) else "")


def terms(pairs: Iterable[tuple[str, Any]]) -> Html:
    """Return names with their values; those without a value are left out."""
    shown = ((name, value) for name, value in pairs if value not in (None, "", [], {}))
    return element("dl", joined(joined((element("dt", name), element("dd", value))) for name, value in shown))


def folded(title: str, content: Any) -> Html:
    """Return what is shown when its title is clicked."""
    return element("details", joined((element("summary", title), content)))


def preformatted(text: str) -> Html:
    """Return lines as they are written."""
    lines = (escaped(line, 2_000) for line in text.splitlines())
    return element("pre", element("code", Html("\n".join(lines))), tabindex=0)
