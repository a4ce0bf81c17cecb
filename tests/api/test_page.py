"""What a notebook shows."""

from pathlib import Path

import pandas as pd

from nntrain.api import page
from nntrain.storage.run_dir import RunDir


def test_a_page_has_all_in_itself_and_runs_no_markup_of_a_name(tmp_path: Path) -> None:
    directory = RunDir(tmp_path)
    directory.write("plots/learning_curves.png", b"png")
    found = page.html("<b>", pd.DataFrame({"<i>": [0.123456]}), directory)
    assert "&lt;b&gt;" in found and "&lt;i&gt;" in found and "0.1235" in found
    assert '<img alt="learning curves" width="420" src="data:image/png;base64,cG5n">' in found


def test_a_directory_without_plots_has_a_table(tmp_path: Path) -> None:
    assert "<img" not in page.html("a", pd.DataFrame(), RunDir(tmp_path))
