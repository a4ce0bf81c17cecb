import json
from pathlib import Path

import pytest

from nntrain.cli.requests import Fit, Report
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal
from tests.cli.commands.test_runs import make


def test_the_page_of_one_run_is_written_into_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = make(tmp_path, "net", metrics={"validation": {"loss": 0.5}})
    Report(names=["net"], runs_dir=tmp_path).run(Terminal())
    assert capsys.readouterr().out == f"report in {run / 'report.html'}\n"
    assert "<h1>net</h1>" in (run / "report.html").read_text()


def test_a_page_about_several_runs_needs_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        make(tmp_path, name)
    with pytest.raises(ConfigError) as caught:
        Report(names=["a", "b"], runs_dir=tmp_path).run(Terminal())
    assert caught.value.problems[0].help == "write `nntrain report a b -o report.html`"
    Report(names=["a", "b"], output=tmp_path / "c.html", runs_dir=tmp_path).run(Terminal(as_json=True))
    found = json.loads(capsys.readouterr().out)
    assert found["bytes"] == (tmp_path / "c.html").stat().st_size
    assert found["file"] == str(tmp_path / "c.html")


@pytest.mark.parametrize(
    ("names", "output", "message"),
    [
        (["x"], None, "unknown run `x`"),
        (["net"], "missing/c.html", "there is no folder"),
        (["net"], "", "is a folder"),
        (["net"] * 101, None, "takes up to 100 runs, got 101"),
    ],
)
def test_bad_input_is_refused(names: list[str], output: str | None, message: str, tmp_path: Path) -> None:
    make(tmp_path, "net")
    with pytest.raises(ConfigError, match=message):
        Report(names=names, output=None if output is None else tmp_path / output, runs_dir=tmp_path).run(Terminal())


def test_fit_writes_none_where_none_is_wanted(tmp_path: Path) -> None:
    config = tmp_path / "net.yaml"
    config.write_text("data: iris\nmodel: [{Dense: 3}]\ntrain: {epochs: 1}\n")
    without = {"no_report": True, "no_doctor": True, "no_plots": True}
    Fit(config=str(config), runs_dir=tmp_path, device="cpu", **without).run(Terminal(quiet=True))
    assert (tmp_path / "net" / "summary.json").is_file()
    assert not (tmp_path / "net" / "report.html").exists()
