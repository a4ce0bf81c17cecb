"""The notebooks of docs/ run, and show what they have stored: their cells here, with little training, without Jupyter.

`scripts/notebooks` runs them whole in a kernel, and writes what they show.
"""

import ast
import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import nntrain
from nntrain.api import starting
from nntrain.config.load import from_document
from tests.test_readme import as_pattern

DOCS = Path(__file__).parents[1] / "docs"
NOTEBOOKS = sorted(DOCS.glob("*.ipynb"))
MOST_BYTES = 400_000
LITTLE = {"no_plots": True, "no_report": True}
JUPYTER = ("display.width", 80, "display.max_columns", 20)  # what pandas takes for a notebook


def cells(notebook: Path) -> list[dict[str, Any]]:
    found = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == "code"]


def shown(cell: dict[str, Any]) -> str:
    """What a cell prints, and the value that it shows, as text."""
    outputs = cell["outputs"]
    printed = [text for one in outputs if one.get("name") == "stdout" for text in one["text"]]
    values = [text for one in outputs if one["output_type"] == "execute_result" for text in one["data"]["text/plain"]]
    return "".join([*printed, *(["\n"] if printed and values else []), *values])


def executed(source: str, names: dict[str, Any]) -> str:
    """Run a cell as Jupyter does, and return what it prints and the value of its last expression."""
    body, last = ast.parse(source).body, None
    if body and isinstance(body[-1], ast.Expr):
        last = ast.Expression(body.pop().value)  # type: ignore[attr-defined]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        value = None if last is None else eval(compile(last, "cell", "eval"), names)
    return printed.getvalue() + ("" if value is None else repr(value))


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train the first config of a notebook, without plots, and those that set an option; only read and check others."""
    trained: list[nntrain.Run] = []

    def fit(config: Any, **options: Any) -> nntrain.Run:
        if "set" in options or not trained:
            trained.append(starting.fit(config, **{**options, **LITTLE, "no_doctor": "set" not in options}))
            return trained[-1]
        from_document(starting.arguments.document(config, None, None))
        return trained[0]

    monkeypatch.setattr(nntrain, "fit", fit, raising=False)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore:column `ticket`")
@pytest.mark.trains
def test_every_cell_runs_and_shows_what_is_stored(notebook: Path, little: None, tmp_path: Path) -> None:
    for file in DOCS.glob("*.csv"):
        (tmp_path / file.name).symlink_to(file)
    names: dict[str, Any] = {}
    with contextlib.chdir(tmp_path), pd.option_context(*JUPYTER):
        for number, cell in enumerate(cells(notebook), start=1):
            found = executed("".join(cell["source"]), names)
            pattern = "".join(as_pattern(line, counts=True) for line in shown(cell).splitlines())
            assert re.fullmatch(pattern, found.rstrip() + "\n" if found.strip() else ""), f"cell {number}:\n{found}"
    plt.close("all")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_whole_and_small_and_says_nothing_of_a_machine(notebook: Path) -> None:
    text = notebook.read_text(encoding="utf-8")
    assert len(text) < MOST_BYTES
    assert not re.search(r"/(tmp|home|root|work|Users|usr)/", text) and "\\u001b" not in text
    every = cells(notebook)
    assert [cell["execution_count"] for cell in every] == list(range(1, len(every) + 1)), "run scripts/notebooks"
    assert not [cell for cell in every for output in cell["outputs"] if output["output_type"] == "error"]
