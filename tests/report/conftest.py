"""A page read with the standard library's parser."""

import json
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "img", "input", "path"}


class Page(HTMLParser):
    """The elements of a page, as (name, attributes); the text of those that are no script or style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.open: list[str] = []
        self.blocks: dict[str, str] = {}  # the content of scripts and styles, by id or name
        self.feed(html)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        last = self.open[-1] if self.open else ""
        if last in ("script", "style"):
            name = self.elements[-1][1].get("id") or last
            self.blocks[name] = self.blocks.get(name, "") + data
        else:
            self.text += data + ("\n" if last not in ("code", "span") else "")

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def curves(self) -> Any:
        return json.loads(self.blocks["curve-data"])
