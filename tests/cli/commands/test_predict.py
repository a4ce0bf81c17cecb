"""`nntrain predict`: CSV on stdout, or in a file."""

import shutil
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


def test_a_terminal_gets_no_escape_sequence_but_a_pipe_gets_the_names_as_they_are(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, rows = tmp_path / "run", tmp_path / "rows.csv"
    rows.write_text("x,y\n0.5,0.5\n")
    shutil.copytree(trained("moons").path, run)
    facts = run / "model.json"
    facts.write_text(facts.read_text().replace('"negative"', '"\\u001b[31mred"'))
    capsys.readouterr()
    request = Predict(name=str(run), runs_dir=Path("nowhere"), file=rows, device="cpu")
    request.run(Terminal())
    assert "class,probability_\x1b[31mred,probability_positive\n" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    request.run(Terminal())
    assert "class,probability_\\x1b[31mred,probability_positive\n" in capsys.readouterr().out
