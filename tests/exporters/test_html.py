import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.evaluation.evaluate import same_data
from nntrain.exporters import html
from nntrain.exports.agreement import agreement
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.web import engine, running

pytestmark = pytest.mark.skipif(
    not shutil.which("node") and not find_spec(engine.PACKAGE), reason="neither Node.js nor nntrain[html]"
)


@pytest.mark.parametrize("name", ["people", "digits", "moons", "smooth", "plane"])
def test_a_page_predicts_what_the_run_does(request: Any, trained: Any, name: str, tmp_path: Path) -> None:
    run = request.getfixturevalue(name) if name in ("people", "digits") else trained(name)
    subject = ExportedRun.of(run, same_data(run))
    answers = html.export(html.Options(), subject, tmp_path)
    found = agreement(html.Options(), subject, answers)
    assert found.difference < 1e-6 and len(answers.expected) == found.rows > 70
    assert found.equal == (None if name == "plane" else found.rows)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_a_large_network_is_compared_on_fewer_rows(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_PRODUCTS", 300)
    subject = ExportedRun.of(trained("moons"), same_data(trained("moons")))
    answers = html.export(html.Options(), subject, tmp_path)
    assert len(answers.expected) == 300 // 12
    np.testing.assert_allclose(answers.found, answers.expected, atol=1e-6)
