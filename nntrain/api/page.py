"""What a notebook shows of a run: numbers and plots as HTML that needs no other file."""

import base64
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntrain.report.markup import Html, element, escaped, joined, table
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir

if TYPE_CHECKING:
    import pandas as pd

Table = tuple[str, Sequence[str], Sequence[Sequence[Any]]]  # title, columns, rows

_WIDTH = 420  # pixels of a plot
_MOST = 6  # plots
_ROWS = 20


def html(title: str, numbers: "pd.DataFrame", directory: RunDir) -> str:
    """Return a heading, a table and the plots of a directory."""
    shown = Html(numbers.to_html(max_rows=_ROWS, float_format="{:.4g}".format, na_rep="", escape=True))
    plots = [_image(directory, name) for name in _plots(directory)]
    return element("div", joined([element("p", element("code", title)), shown, element("div", joined(plots))]))


def of_tables(title: str, tables: Iterable[Table], plots: Sequence[Path]) -> str:
    """Return a heading, tables and plots; each table has a title, the names of its columns, and rows."""
    shown = [table(*each) for each in tables]
    images = [_image(RunDir(file.parent.parent), file.name) for file in plots]
    return element("div", joined([element("p", title), *shown, element("div", joined(images))]))


def _plots(directory: RunDir) -> list[str]:
    folder = directory.path / run_files.PLOTS
    return sorted(path.name for path in folder.glob("*.png"))[:_MOST]


def _image(directory: RunDir, name: str) -> Html:
    with directory.open(f"{run_files.PLOTS}/{name}") as file:
        data = base64.b64encode(file.read()).decode()
    title = escaped(name.removesuffix(".png").replace("_", " "))
    return Html(f'<img alt="{title}" width="{_WIDTH}" src="data:image/png;base64,{data}">')
