"""`nntrain explain` as users call it."""

import json
from pathlib import Path
from typing import Any

import pytest

LECTURE = "sqrt(x**2 + exp(x**2)) + cos(x**2 + exp(x**2))"


def test_an_expression_is_printed(in_process: Any, tmp_path: Path) -> None:
    done = in_process(tmp_path, "explain", "--expr", LECTURE, "--at", "x=1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "5.98308259591" in done.stdout


def test_json_is_one_event(in_process: Any, tmp_path: Path) -> None:
    done = in_process(tmp_path, "explain", "--expr", LECTURE, "--at", "x=1", "--json")
    event = json.loads(done.stdout)
    assert (event["version"], event["event"]) == (1, "explain")
    assert event["jacobian"]["reverse"] == [[pytest.approx(5.983082595908695, rel=1e-15)]]


@pytest.mark.parametrize("options", [["-o", "x.json"], ["-o", "x.txt", "--json"]], ids=" ".join)
def test_json_goes_to_a_file(options: list[str], in_process: Any, tmp_path: Path) -> None:
    done = in_process(tmp_path, "explain", "--expr", "x**2", "--at", "x=3", *options)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((tmp_path / options[1]).read_text())["jacobian"]["forward"] == [[6.0]]


def test_text_and_plot_go_to_files(in_process: Any, tmp_path: Path) -> None:
    done = in_process(tmp_path, "explain", "--expr", "x**2", "--at", "x=3", "-o", "x.txt", "--plot", "x.svg")
    assert done.stderr == "the numbers are in x.txt\nthe plot is in x.svg\n"
    assert "d a/d x   6" in (tmp_path / "x.txt").read_text()
    assert (tmp_path / "x.svg").read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "there is nothing to explain"),
        (["--expr", "1/x", "--at", "x=0"], "--> --expr:1:2"),
        (["--expr", "x", "c.yaml"], "`--expr` and `CONFIG` exclude each other"),
        (["--expr", "x", "--set", "a=1"], "`--expr` and `--set` exclude each other"),
        (["--expr", "x", "--at", "x=1", "--plot", "x.pdf"], "neither a PNG nor an SVG"),
        (["--expr", "x", "--at", "x=1", "--plot", "none/x.png"], "there is no folder `none`"),
        (["--expr", "x", "--at", "x=1", "-o", "."], "is a folder"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_a_wrong_command_line_is_refused(options: list[str], message: str, in_process: Any, tmp_path: Path) -> None:
    done = in_process(tmp_path, "explain", *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert " help: " in done.stderr
    assert done.stdout == ""
