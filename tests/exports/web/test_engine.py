import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from nntrain.errors import MissingPackage, NNTrainError
from nntrain.exports.web import engine

NETWORK = """const nntrain = {load: (page, weights) => ({
  predict: row => ({scores: [row[0] + page.add], best: weights.length}), row: cells => (cells.map(Number)),
})};"""
PAGE = f"""<script type="application/json" id="page">{{"add": 1}}</script>
<script type="text/plain" id="weights">abc</script><script id="network">{NETWORK}</script>"""

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="no Node.js")
needs_racer = pytest.mark.skipif(not find_spec(engine.PACKAGE), reason="nntrain[html] is not installed")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text(PAGE)
    return tmp_path / "index.html"


@needs_node
def test_node_runs_the_page(file: Path, tmp_path: Path) -> None:
    found, name = engine.answers(file, [[1.5], [2]], False, tmp_path)
    assert found == [{"scores": [2.5], "best": 3}, {"scores": [3], "best": 3}] and name.startswith("Node.js v")
    assert engine.answers(file, [["7"]], True, tmp_path)[0] == [{"scores": [8], "best": 3}]


@needs_racer
def test_the_embedded_engine_runs_the_page(file: Path) -> None:
    found, name = engine._embedded(file, [["7"]], True)
    assert json.loads(found) == [{"scores": [8], "best": 3}] and name.startswith("V8 ")


@needs_node
def test_an_error_of_the_page_is_said(file: Path, tmp_path: Path) -> None:
    file.write_text(PAGE.replace("(cells.map(Number))", "{ throw new Error('no number'); }"))
    with pytest.raises(NNTrainError, match="the page does not run: Error: no number"):
        engine.answers(file, [["x"]], True, tmp_path)


@needs_racer
def test_an_error_in_the_embedded_engine_is_said(file: Path) -> None:
    file.write_text(PAGE.replace("(cells.map(Number))", "{ throw new Error('no number'); }"))
    with pytest.raises(NNTrainError, match="the page does not run: .*Error: no number"):
        engine._embedded(file, [["x"]], True)


def test_without_an_engine_the_help_installs_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if find_spec(engine.PACKAGE):
        engine.refuse_missing()
        return
    with pytest.raises(MissingPackage) as caught:
        engine.refuse_missing()
    assert "nntrain[html]" in caught.value.problems[0].help
