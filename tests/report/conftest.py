"""A page read with the standard library's parser, and run directories written by hand."""

import json
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from nntrain.storage.run_dir import RunDir

VOID = {"meta", "img", "input", "path"}
Write = Callable[..., RunDir]


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


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the files of a run: `rows` as the text of metrics.csv, the JSON files as mappings by their names."""

    def written(
        name: str = "net", rows: str = "", resolved: str = "data: iris\n", **files: Mapping[str, Any]
    ) -> RunDir:
        run = RunDir.create(tmp_path, name)
        run.write("resolved.yaml", resolved)
        run.write("config.yaml", resolved)
        if rows:
            run.write("metrics.csv", rows)
        for file, content in files.items():
            run.write(f"{file}.json", json.dumps(content))
        return run

    return written
