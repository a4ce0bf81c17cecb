"""What a notebook shows of a run: numbers and plots as HTML that needs no other file."""

import base64
import html as markup
from typing import TYPE_CHECKING

from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir

if TYPE_CHECKING:
    import pandas as pd

_WIDTH = 420  # pixels of a plot
_MOST = 6  # plots
_ROWS = 20


def html(title: str, numbers: "pd.DataFrame", directory: RunDir) -> str:
    """Return a heading, a table and the plots of a directory."""
    table = numbers.to_html(max_rows=_ROWS, float_format="{:.4g}".format, na_rep="", escape=True)
    plots = "".join(_image(directory, name) for name in _plots(directory))
    return f"<div><p><code>{markup.escape(title)}</code></p>{table}<div>{plots}</div></div>"


def _plots(directory: RunDir) -> list[str]:
    folder = directory.path / run_files.PLOTS
    return sorted(path.name for path in folder.glob("*.png"))[:_MOST]


def _image(directory: RunDir, name: str) -> str:
    with directory.open(f"{run_files.PLOTS}/{name}") as file:
        data = base64.b64encode(file.read()).decode()
    title = markup.escape(name.removesuffix(".png").replace("_", " "))
    return f'<img alt="{title}" width="{_WIDTH}" src="data:image/png;base64,{data}">'
