import base64
import hashlib
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.data.table_reader import read_like
from nntrain.errors import NNTrainError
from nntrain.evaluation.evaluate import same_data
from nntrain.exports.description import columns_of
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.web import engine
from nntrain.exports.web.page import _asset, page
from nntrain.storage.run_dir import RunDir
from tests.exports.raw_rows import CSV, TABLE

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="no Node.js")
SCRIPT = re.compile(r'<script[^>]* id="(\w+)">(.*?)</script>', re.DOTALL)


def test_a_page_is_one_file_that_runs_its_own_scripts_alone(people: Any) -> None:
    html = page(ExportedRun.of(people, same_data(people)))
    scripts = dict(SCRIPT.findall(html))
    assert list(scripts) == ["page", "weights", "network", "form"]
    content = json.loads(scripts["page"])
    assert [layer["op"] for layer in content["layers"]][:2] == ["table", "dense"]
    values = base64.b64decode(scripts["weights"])
    last = content["layers"][-2]["bias"]
    assert len(values) == 4 * (last["at"] + last["size"])
    for name in ("network", "form"):
        digest = base64.b64encode(hashlib.sha256(scripts[name].encode()).digest()).decode()
        assert f"'sha256-{digest}'" in html
    assert "default-src 'none'" in html and not re.search(r'(src|href)="', html)
    assert html.count("<script") == html.count("</script>") == 4


def test_names_are_no_markup(people: Any) -> None:
    subject = ExportedRun.of(people, same_data(people))
    bad = "</script><script>alert(1)</script>"
    schema = replace(subject.saved.resolved.schema, classes=(bad, "b"))
    resolved = replace(subject.saved.resolved, schema=schema)
    run_dir = RunDir(people.path.with_name("<b>"))
    html = page(ExportedRun(run_dir, replace(subject.saved, resolved=resolved), subject.data))
    assert html.count("</script>") == 4 and "<h1>&lt;b&gt;</h1>" in html
    assert json.loads(dict(SCRIPT.findall(html))["page"])["schema"]["classes"] == [bad, "b"]


def cells_of(text: str, folder: Path) -> list[list[str]]:
    """The cells of the columns of the table, as they are in a file."""
    (folder / "rows.csv").write_text(text, encoding="utf-8")
    header, *rows = (cells for _, cells in CsvText(CsvTable(folder / "rows.csv", separator=";")).records())
    return [[row[header.index(column.name)] for column in TABLE.columns] for row in rows]


@needs_node
def test_cells_become_the_numbers_that_nntrain_makes_of_them(tmp_path: Path) -> None:
    schema = {
        "table": columns_of(TABLE),
        "classes": [],
        "output": {"activation": None},
        "input": {"shape": [len(TABLE.names)]},
    }
    html = f'<script id="page">{json.dumps({"schema": schema, "layers": []})}</script><script id="weights"></script>'
    (tmp_path / "index.html").write_text(f'{html}<script id="network">{_asset("network.js")}</script>')
    found, _ = engine.answers(tmp_path / "index.html", cells_of(CSV, tmp_path), True, tmp_path)
    expected = read_like(TABLE, CsvTable(tmp_path / "rows.csv", separator=";", decimal=",")).x
    np.testing.assert_allclose([np.array(each["scores"], "float32") for each in found], expected, atol=1e-7)
    for old, new, what in (
        ("1,5;", "1.5;", "“1.5” is no number"),
        ("12.000", "12.00", "is no number as the other rows"),
        ("29.02", "30.02", "“30.02.2024 23:59” is no date"),
    ):
        with pytest.raises(NNTrainError, match=what):
            engine.answers(tmp_path / "index.html", cells_of(CSV.replace(old, new), tmp_path), True, tmp_path)
