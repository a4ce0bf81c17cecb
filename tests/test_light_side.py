"""What needs no TensorFlow loads none, and no other heavy library."""

import ast
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from nntrain.config.load import load
from nntrain.errors import ConfigError

CONFIG = "data: iris\nmodel:\n  - Dense: {units: 3, activation: softmax}\n"

RUN = """
import contextlib, io, json, sys
from nntrain.cli.app import main
for words in json.loads(sys.argv[1]):
    sys.argv[1:], before = words, set(sys.modules)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
            code = 0
        except SystemExit as exit:
            code = exit.code
    heavy = sorted(set("HEAVY".split()) & sys.modules.keys() - before)
    print(json.dumps([code, out.getvalue(), err.getvalue(), heavy]))
"""
HEAVY = "tensorflow keras numpy pandas matplotlib sklearn scipy optuna keras_tuner"
LIGHT = (
    "--help",
    "--version",
    "fit --help",
    "launch --help",
    "check c.yaml",
    "check c.yaml --set train.epochs=3 --json",
    "check c.yaml --set tune.space.train.batch_size={choice:[16,32]}",
    "list",
    "list layers",
    "list data",
    "list Adam",
    "list train.batch_size",
    "schema",
    "runs",
    "explain --expr x**2+exp(x) --at x=1",
    "explain --expr x**2/2 --at x=1 --rate 0.1 --steps 20",
)
REFUSED = (
    "fit bad.yaml",
    "fit none.yaml",
    "check c.yaml --set tune.space.train.batch_size={choice:[0,32]}",
    "fit c.yaml --name ../x",
    "fit missing_data.yaml",
    "fit c.yaml --seeds x",
    "fit c.yaml --workers x",
    "fit c.yaml --devices 0",
    "launch --local 1 c.yaml",
    "tune c.yaml",
    "tune c.yaml --dry-run",
    "resume none",
    "report none",
    "repro none",
    "eval none",
    "predict none x.csv",
    "data none.csv",
    "data c.yaml --target x",
    "data c.csv --set a=1",
    "playground none.yaml",
    "playground --target x",
    "playground c.csv --set a=1",
    "explain",
    "explain none",
    "explain bad.yaml",
    "explain c.yaml --at x=1",
    "explain c.yaml --optimizer --given x",
    "explain --expr x --at y=1",
)


class Ended(NamedTuple):
    """How one command line ended, and which heavy libraries it was the first to load."""

    code: int
    stdout: str
    stderr: str
    heavy: list[str]


def run(folder: Path, *lines: str, heavy: str = HEAVY, program: str = RUN) -> list[Ended]:
    """Run the command lines in turn in one process, which has loaded nothing before."""
    (folder / "c.yaml").write_text(CONFIG)
    (folder / "bad.yaml").write_text(CONFIG.replace("units", "unit"))
    (folder / "c.csv").write_text("a,b\n1,2\n")
    (folder / "missing_data.yaml").write_text(CONFIG.replace("iris", "{npz_file: {path: none.npz}}"))
    words = [sys.executable, "-c", program.replace("HEAVY", heavy), json.dumps([line.split() for line in lines])]
    root = str(Path(__file__).parents[1])
    environment = {"PYTHONPATH": root, "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return [Ended(*json.loads(line)) for line in done.stdout.splitlines()]


def test_the_light_commands_load_nothing_heavy(tmp_path: Path) -> None:
    ends = run(tmp_path, *LIGHT)
    assert len(ends) == len(LIGHT)
    for line, end in zip(LIGHT, ends, strict=True):
        assert (line, end.code, end.stderr, end.heavy) == (line, 0, "", [])
        assert end.stdout


def test_data_needs_no_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n" + "".join(f"{row},{row % 2}\n" for row in range(30)))
    ends = run(tmp_path, "data rows.csv --target b --json", "data c.yaml", heavy="tensorflow keras sklearn scipy")
    assert [(end.code, end.heavy) for end in ends] == [(0, []), (0, [])]


@pytest.mark.parametrize("line", ["--help", "--version"])
def test_help_does_not_even_load_what_a_command_needs(line: str, tmp_path: Path) -> None:
    [end] = run(tmp_path, line, heavy="pydantic yaml rich nntrain.cli.commands nntrain.config")
    assert (end.code, end.heavy) == (0, [])


def test_an_error_that_needs_nothing_heavy_is_printed_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    ends = run(tmp_path, *REFUSED)
    assert len(ends) == len(REFUSED)
    for line, end in zip(REFUSED, ends, strict=True):
        assert (line, end.code in (2, 4), end.heavy) == (line, True, [])
        assert end.stderr


def test_few_functions_import_modules_of_our_own() -> None:
    """Where one does, it crosses the border to the heavy libraries, or spares `--help` what it does not need."""
    folder = Path(__file__).parents[1] / "nntrain"
    found = [
        f"{path.relative_to(folder)}:{node.lineno}: {ast.unparse(node)}"
        for path in sorted(folder.rglob("*.py"))
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "nntrain"
    ]
    assert 20 < len(found) <= 30, "\n".join(found)


COMMANDS = Path(__file__).parents[1] / "nntrain" / "cli"


@pytest.mark.parametrize("name", sorted(path.stem for path in (COMMANDS / "heavy").glob("[!_]*.py")))
def test_a_command_calls_its_heavy_half_as_that_is_defined(name: str) -> None:
    """No type checker sees this call, because the module is found by its name."""
    light, heavy = (ast.parse((COMMANDS / half / f"{name}.py").read_text("utf-8")) for half in ("commands", "heavy"))
    arguments = {each.name: each.args for each in heavy.body if isinstance(each, ast.FunctionDef)}
    calls = [node for node in ast.walk(light) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    calls = [call for call in calls if ast.unparse(call.func).startswith("request.heavy().")]
    assert calls
    for call in calls:
        assert len(call.args) == len(arguments[call.func.attr].args), ast.unparse(call)  # type: ignore[attr-defined]
        assert not call.keywords and not any(isinstance(each, ast.Starred) for each in call.args)


def test_the_import_of_nntrain_loads_nothing_and_knows_its_names(tmp_path: Path) -> None:
    code = """
import importlib, sys, typing
before = set(sys.modules)
import nntrain
print(sorted(sys.modules.keys() - before), [name for name in dir(nntrain) if name in nntrain.__all__])
assert callable(nntrain.fit) and callable(nntrain.runs) and not {"numpy", "tensorflow"} & sys.modules.keys()
nntrain.nothing
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    names = "'Group', 'Run', 'Search', '__version__', 'fit', 'load', 'resume', 'runs', 'tune'"
    assert done.stdout == f"['nntrain'] [{names}]\n"
    assert done.stderr.endswith("AttributeError: module `nntrain` has no attribute `nothing`\n")


def test_a_heavy_import_is_noticed(tmp_path: Path) -> None:
    program = RUN.replace("            main()\n", "            import numpy\n            main()\n")
    assert [end.heavy for end in run(tmp_path, "list", program=program)] == [["numpy"]]


def long_config(lines: int) -> str:
    """A config of so many lines, its layers of many kinds in every way of writing them."""
    block = [
        "  - Dense:",
        "      units: 64",
        "      activation: relu",
        "      kernel_initializer: {HeNormal: {seed: 3}}",
        "      kernel_regularizer: {L1L2: {l1: 1e-6, l2: 1e-4}}",
        "  - BatchNormalization",
        "  - Dropout: {rate: 0.2}",
        "  - Dense: {units: 32, activation: selu, kernel_initializer: lecun_normal}",
        "  - LeakyReLU: 0.1  # a comment",
        "  - GaussianNoise: {stddev: 1e-2}",
    ]
    head, tail = ["data: iris", "model:"], ["  - Dense: {units: 3, activation: softmax}", "train: {epochs: 3}"]
    body = (block * (lines // len(block) + 1))[: lines - len(head) - len(tail)]
    return "\n".join([*head, *body, *tail]) + "\n"


def test_a_config_of_two_thousand_lines_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_text(long_config(2000))
    assert file.read_text().count("\n") == 2000
    begin = time.perf_counter()
    config = load(file, ["train.epochs=4"])
    print(f"{time.perf_counter() - begin:.2f} s")  # for those who look; a busy machine is no fault of the code
    assert len(config.experiment.model) == 1197
    assert config.experiment.train.epochs == 4
    assert config.warnings == ()


def test_every_error_of_two_thousand_lines_is_found(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_text(long_config(2000).replace("units: 64", "unit: 64"))
    with pytest.raises(Exception, match="`Dense` has no option `unit`") as caught:
        load(file)
    assert isinstance(caught.value, ConfigError)
    assert len(caught.value.problems) == 200
    assert str(caught.value).endswith("\n\n180 more errors")
