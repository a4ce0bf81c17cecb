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
        (["c.yaml", "--at", "x=1"], "`--at` needs `--expr`"),
        (["none"], "unknown run `none`"),
        (["c.yaml", "--optimizer", "--given", "1,x"], "`x` of `--given` is not a finite number"),
        (["c.yaml", "--optimizer", "--given", "1", "--start", "nan"], "`--start nan` is not a finite number"),
        (["none.yaml"], "none.yaml"),
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


def test_a_config_is_explained(in_process: Any, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("data: iris\nmodel: [{Dense: 3}]\n")
    done = in_process(tmp_path, "explain", "c.yaml", "--example", "6", "--check", "--plot", "x.png", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    assert "c.yaml: row 6 in the training split" in done.stdout
    assert "central differences, 15 of 15 entries" in done.stdout
    assert (tmp_path / "x.png").is_file()


def test_a_run_is_explained(trained: Any, in_process: Any, tmp_path: Path) -> None:
    run_dir = trained("moons")
    done = in_process(tmp_path, "explain", str(run_dir.path), "--mode", "forward", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    assert "moons: row 1 in the training split, the weights of the run" in done.stdout
    assert "the optimizer starts anew here" in done.stdout
    refused = in_process(tmp_path, "explain", str(run_dir.path), "--set", "seed=1")
    assert (refused.returncode, "`--set` is for a config" in refused.stderr) == (2, True)


def test_an_optimizer_is_explained(in_process: Any, trained: Any, tmp_path: Path) -> None:
    for name in ("c.yaml", str(trained("moons").path)):
        (tmp_path / "c.yaml").write_text("data: iris\nmodel: [{Dense: 3}]\n")
        done = in_process(tmp_path, "explain", name, "--optimizer", "--given", "1,0.5,-0.2", "--plot", "x.png")
        assert done.returncode == 0, done.stderr
        assert "Adam of " in done.stdout and "Keras's velocity" in done.stdout


def test_gradients_are_explained(in_process: Any, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("data: iris\nmodel: [{Dense: 4}, {Dense: 3}]\n")
    done = in_process(
        tmp_path, "explain", "c.yaml", "--gradients", "--steps", "2", "--plot", "x.svg", "--device", "cpu"
    )
    assert done.returncode == 0, done.stderr
    assert "after 2 steps" in done.stdout
    assert (tmp_path / "x.svg").is_file()
