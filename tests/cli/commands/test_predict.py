"""`nntrain predict`: CSV on stdout, or in a file."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.requests import Predict
from nntrain.terminal import Terminal


def test_predict_writes_to_stdout_or_to_a_file(
    trained: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, rows, out = trained("moons"), tmp_path / "rows.csv", tmp_path / "out.csv"
    rows.write_text("x,y\n0.5,0.5\n1,-1\n")
    capsys.readouterr()
    Predict(name="moons", runs_dir=run.path.parent, file=rows, device="cpu").run(Terminal())
    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == "class,probability_negative,probability_positive"
    assert len(printed.splitlines()) == 3
    Predict(name=str(run), runs_dir=Path("nowhere"), file=rows, output=out, device="cpu").run(Terminal())
    assert out.read_text() == printed and capsys.readouterr().out == ""
