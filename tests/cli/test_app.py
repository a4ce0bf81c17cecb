"""Whatever is wrong with a command: one message on stderr, nothing on stdout, the right exit code, no traceback."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.app import main

ROOT = Path(__file__).parents[2]
CONFIG = "data: iris\nmodel:\n  - Dense: {units: 3, activation: softmax}\n"


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: Any
    out: str
    err: str


@pytest.fixture
def nntrain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command line in a folder with a config, in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "dumb")
    Path("c.yaml").write_text(CONFIG)
    Path("bad.yaml").write_text(CONFIG.replace("units", "unit"))
    Path("no_data.yaml").write_text(CONFIG.replace("iris", "{table: {path: none.csv, target: y}}"))
    Path("a_file").write_text("")

    def run(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["nntrain", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        captured = capsys.readouterr()
        return Result(caught.value.code, captured.out, captured.err)

    return run


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize("command", ["fit", "check"])
def test_a_terminal_is_not_blank_while_a_command_starts(command: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config")
    ours, theirs = os.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(
        [sys.executable, "-m", "nntrain", command, "config"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stderr=theirs,
    ) as process:
        try:
            assert select.select([ours], [], [], 60)[0]
            assert os.read(ours, 99) == b"starting ..."  # nobody has written the config yet
            (tmp_path / "config").write_text("data: iris\n")
            process.wait(timeout=120)
        finally:
            process.kill()
        assert os.read(ours, 99).startswith(b"\r\x1b[2Kerror: ")
    assert process.returncode == 2
    os.close(ours)
    os.close(theirs)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_ctrl_c_before_a_training_ends_without_a_traceback(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config")
    words = [sys.executable, "-m", "nntrain", "fit", "config"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        opened = os.open(tmp_path / "config", os.O_WRONLY)  # waits until the other side opens it
        try:
            out, err = interrupted(process)
        finally:
            process.kill()
            os.close(opened)
    assert (process.returncode, out, err) == (130, "", "")


def interrupted(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Send SIGINT until the process ends: one that comes just before a wait begins is only seen after that wait."""
    for _ in range(10):
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=6)
    raise AssertionError("the process ignores SIGINT")


@pytest.mark.parametrize(
    "when",
    [
        "build = typer.main.get_command; typer.main.get_command = lambda app: (interrupt(), build(app))[1]",
        "atexit.register(interrupt)",
    ],
    ids=["before", "after"],
)
def test_ctrl_c_around_a_command_ends_without_a_traceback(when: str, tmp_path: Path) -> None:
    code = f"""
import atexit, os, signal, sys
import typer.main
from nntrain.__main__ import main
interrupt = lambda: os.kill(os.getpid(), signal.SIGINT)
{when}
sys.argv[1:] = ["--version"]
main()
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "[OPTIONS] COMMAND [ARGS]..."),
        ("nothing", "Error: No such command 'nothing'."),
        ("fit", "Error: Missing argument 'CONFIG'."),
        ("fit c.yaml --bogus", "Error: No such option: --bogus"),
        ("fit c.yaml extra", "Error: Got unexpected extra argument"),
        ("fit c.yaml --seed x", "Error: Invalid value for '--seed'"),
        ("fit c.yaml --folds x", "Error: Invalid value for '--folds'"),
        ("fit c.yaml --device tpu", "Error: Invalid value for '--device'"),
        ("check c.yaml --set", "Error: Option '--set' requires an argument."),
        ("eval", "Error: Missing argument 'RUN'."),
        ("eval none --split dev", "Error: Invalid value for '--split'"),
        ("list layers more", "Error: Got unexpected extra argument"),
    ],
)
def test_a_command_that_makes_no_sense_shows_its_usage(line: str, message: str, nntrain: Any) -> None:
    result = nntrain(*line.split())
    assert result.code == 2
    assert result.out == ""
    assert message in result.err
    assert "Traceback" not in result.err
    assert "Input should be" not in result.err and "Value error" not in result.err


LONG = "x" * 300


@pytest.mark.parametrize(
    ("line", "help"),
    [
        ("compare a b --plot", "write `--plot plot.png`"),
        ("train c.yaml", "write `nntrain fit c.yaml`"),
        ("tran c.yaml", "write `nntrain fit c.yaml`"),
        ("rusn", "write `nntrain runs`"),
        ("Fit c.yaml", "write `nntrain fit c.yaml`"),
        ("fti c.yaml", "write `nntrain fit c.yaml`"),
        ("evaluate iris", "write `nntrain eval iris`"),
        ("help", "write `nntrain --help`"),
        ("help fit", "write `nntrain fit --help`"),
        ("--seed 3 fit c.yaml", "write `nntrain fit c.yaml --seed 3`"),
        ("-qv fit c.yaml", "write `nntrain fit c.yaml -qv`"),
        ("--bogus fit c.yaml", "run `nntrain --help`"),
        ("c.yaml", "write `nntrain fit c.yaml`"),
        ("runs/iris", "write `nntrain eval runs/iris`"),
        ("nothing", "run `nntrain --help`"),
        ("fit c.yaml --epochs 5", "write `--set train.epochs=5`"),
        ("fit c.yaml --epochs=5", "write `--set train.epochs=5`"),
        ("fit c.yaml --batch-size 5", "write `--set train.batch_size=5`"),
        ("fit --epochs 5 c.yaml", "write `--set train.epochs=5`"),
        ("fit c.yaml --lr 0.1", "write `--set train.optimizer.Adam.learning_rate=0.1`"),
        ("fit c.yaml --optimizer SGD", "write `--set train.optimizer=SGD`"),
        ("fit c.yaml --config c.yaml", "write `nntrain fit c.yaml`"),
        ("fit c.yaml --gpu", "write `--device gpu`"),
        ("fit c.yaml --verbos", "write `--verbose`"),
        ("fit c.yaml --bogus", "run `nntrain fit --help`"),
        ("fit c.yaml train.epochs=5", "write `--set train.epochs=5`"),
        ("fit c.yaml --device cuda", "write `--device gpu`"),
        ("fit c.yaml --device GPU", "write `--device gpu`"),
        ("fit c.yaml --seed abc", "write `--seed 2`"),
        ("eval runs/iris --split val", "write `--split validation`"),
        ("list Adan", "write `nntrain list Adam`"),
        ("list layer", "write `nntrain list layers`"),
        ("list irsi", "write `nntrain list iris`"),
        (
            "fit runs/iris",
            "write `nntrain fit runs/iris/resolved.yaml` to train it again, or `nntrain resume runs/iris`",
        ),
        (
            "check runs/iris",
            "write `nntrain fit runs/iris/resolved.yaml` to train it again, or `nntrain resume runs/iris`",
        ),
        ("fit c.yaml --train.epochs 5", "write `--set train.epochs=5`"),
        ("fit c.yaml --data.iris.test", "write `--set data.iris.test=...`"),
        ("fit c.yaml --set train.epochs 5", "write `--set train.epochs=5`"),
        ("fit c.yaml --max-epochs 5", "write `--set train.epochs=5`"),
        ("fit c.yaml --resume", "write `nntrain resume RUN`"),
        ("fit c.yaml --dry-run", "write `nntrain check c.yaml --build`"),
        ("tune c.yaml -o here", "write `--runs-dir FOLDER`"),
        ("fit c.yaml --gpus 2", "write `--devices 2`"),
        ("fit c.yaml --device cuda:0", "write `--device gpu`"),
        ("fit .", "write `bad.yaml` or `c.yaml` or `no_data.yaml`"),
        ("fit runs", "give the path of a YAML file"),
        ("fit m.keras", "write `nntrain fit CONFIG --init-from m.keras` to begin with its weights"),
        ("fit binary", "give the path of a YAML file"),
        ("fit https://example.com/c.yaml", "download it, and give the path of the file"),
        ("list Adma", "write `nntrain list Adam`"),
        ("list fit", "write `nntrain fit --help`"),
        ("list lr-find", "write `nntrain lr-find --help`"),
        ("export iris onnx", "write `nntrain export --to onnx iris`"),
        ("export iris --to pytorch", "write `onnx`, which other programs read"),
        ("eval", "write `nntrain eval iris`; `nntrain runs` lists the runs"),
        ("eval --baselines", "write `nntrain eval iris --baselines`; `nntrain runs` lists the runs"),
        ("compare", "write `nntrain compare iris A`; `nntrain runs` lists the runs"),
        ("remove", "write `nntrain remove RUN`; `nntrain runs` lists the runs"),
        ("predict iris", "write `nntrain predict iris rows.csv`"),
        ("init runs/iris", "write `nntrain fit runs/iris/resolved.yaml` to train it again, or give the data"),
        ("data runs/iris", "write `nntrain fit runs/iris/resolved.yaml` to train it again, or give the data"),
        ("init c.yaml -o d.yaml", "write `nntrain fit c.yaml`"),
        ("fit x.yaml", "that folder holds `bad.yaml`, `c.yaml`, `no_data.yaml`"),
        ("fit c.yml", "write `c.yaml`"),
        ("eval irs", "write `iris`; `nntrain runs` lists the runs in `runs`"),
        ("resume runs/irs", "write `iris`; `nntrain runs` lists the runs in `runs`"),
        ("eval c.yaml", "`c.yaml` is a config; `nntrain fit c.yaml` trains it and prints the name of its run"),
        (f"eval {LONG}", "`nntrain runs` lists the runs in `runs`"),
        (f"runs --runs-dir {LONG}", "give another folder with `--runs-dir`"),
        (f"fit c.yaml --runs-dir {LONG}", "give another folder with `--runs-dir`"),
        (f"check {LONG}", "give the path of a YAML file"),
    ],
)
def test_a_mistake_gets_the_line_that_works(line: str, help: str, nntrain: Any) -> None:
    Path("runs/iris").mkdir(parents=True)
    Path("runs/iris/resolved.yaml").write_text(CONFIG)
    Path("m.keras").write_bytes(b"PK\3\4")
    Path("binary").write_bytes(b"\x7fELF\x00\xff")
    result = nntrain(*line.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[-1] == f" help: {help}"
    assert "Traceback" not in result.err


def test_help_has_a_short_name(nntrain: Any) -> None:
    for line in ("-h", "fit -h", "launch -h"):
        result = nntrain(*line.split())
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith("Usage: nntrain")


def test_the_line_that_works_is_the_help_of_the_json_too(nntrain: Any) -> None:
    event = json.loads(nntrain("fit", "c.yaml", "--json", "--epochs", "5").out)
    assert (event["message"], event["help"]) == ("No such option: --epochs", "write `--set train.epochs=5`")
    assert json.loads(nntrain("--json", "fit", "c.yaml").out)["help"] == "write `nntrain fit c.yaml --json`"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("check none.yaml", "there is no file `none.yaml`"),
        ("fit none.yaml", "there is no file `none.yaml`"),
        ("fit .", "`.` is a folder"),
        ("check bad.yaml", "`Dense` has no option `unit`"),
        ("fit bad.yaml", "`Dense` has no option `unit`"),
        ("check c.yaml --set train.epochs", "`--set` takes `path=value`"),
        ("check c.yaml --set train.epochs=x", "`epochs` must be a whole number, got `x`"),
        ("fit c.yaml --seed -1", "`seed` must be at least 0, got `-1`"),
        ("fit c.yaml --seed 99999999999", "`seed` must be less than 2147483648, got `99999999999`"),
        ("fit c.yaml --seeds x", "`--seeds` takes a number or a list, got `x`"),
        ("fit c.yaml --seeds=-1", "`--seeds` takes a number or a list, got `-1`"),
        ("fit c.yaml --seeds ,", "`--seeds` takes a number or a list, got `,`"),
        ("fit c.yaml --seeds 0", "`--seeds` takes 1 to 1000 different seeds, got `0`"),
        ("fit c.yaml --seeds 1001", "`--seeds` takes 1 to 1000 different seeds, got `1001`"),
        ("fit c.yaml --seeds 1,1", "`--seeds` takes 1 to 1000 different seeds, got `1,1`"),
        ("fit c.yaml --folds 1", "`--folds` takes a number from 2 to 1000, got `1`"),
        ("fit c.yaml --folds 1001", "`--folds` takes a number from 2 to 1000, got `1001`"),
        ("fit c.yaml --seed 1 --seeds 2", "`--seed` and `--seeds` exclude each other"),
        ("fit c.yaml --seeds 2 --folds 2", "`--seeds` and `--folds` exclude each other"),
        ("fit c.yaml --name ../x", "invalid run name `../x`"),
        ("fit c.yaml --name .hidden", "invalid run name `.hidden`"),
        ("runs --runs-dir a_file", "`a_file` is not a folder"),
        ("runs --runs-dir ~nosuchuser/a", "`~nosuchuser` is the home of a user who does not exist here"),
        ("init ~nosuchuser/a.csv", "`~nosuchuser` is the home of a user who does not exist here"),
        ("fit c.yaml --plugin ~nosuchuser/a.py", "`~nosuchuser` is the home of a user who does not exist here"),
        (f"schema -o {LONG}", f"the path `{LONG}` is longer than the file system takes"),
        (f"fit c.yaml --plugin {LONG}.py", f"the path `{LONG}.py` is longer than the file system takes"),
        (f"eval r --runs-dir {LONG}", f"the path `{LONG}` is longer than the file system takes"),
        ("eval none", "unknown run `none`"),
        ("eval c.yaml", "unknown run `c.yaml`"),
        ("predict none x.csv", "unknown run `none`"),
        ("list layres", "unknown name `layres`"),
    ],
)
def test_a_mistake_in_the_command_or_the_config_is_exit_code_2(line: str, message: str, nntrain: Any) -> None:
    result = nntrain(*line.split())
    assert result.err.splitlines()[0] == f"error: {message}"
    assert result.err.count(" help: ") == 1
    assert result.code == 2
    assert result.out == ""
    assert not Path("runs").exists()


@pytest.mark.parametrize("command", ["check", "fit"])
def test_a_missing_data_file_is_exit_code_4(command: str, nntrain: Any) -> None:
    result = nntrain(command, "no_data.yaml")
    assert result.code == 4
    assert result.out == ""
    where = os.fspath(Path("none.csv").absolute())
    assert result.err.startswith(f"error: there is no file `{where}`\n  --> no_data.yaml:1:22  (data.table.path)\n")
    assert result.err.count(" help: ") == 1


def test_with_json_an_error_is_an_object_on_stdout_and_a_message_on_stderr(nntrain: Any) -> None:
    result = nntrain("check", "bad.yaml", "--json")
    assert result.err.startswith("error: ")
    event = json.loads(result.out)
    assert (event["event"], event["code"], result.code) == ("error", 2, 2)
    assert event["message"] == "`Dense` has no option `unit`"
    assert (event["path"], event["file"], event["line"]) == ("model.0.Dense.unit", "bad.yaml", 3)
    assert event["help"] == "write `units`"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("fit c.yaml --bogus", 2),
        ("fit", 2),
        ("nothing", 2),
        ("fit c.yaml --device tpu", 2),
        ("launch --local 1 c.yaml", 2),
        ("fit no_data.yaml", 4),
        ("eval none", 2),
        ("resume none", 2),
        ("predict none c.csv", 2),
        ("repro none", 2),
        ("tune c.yaml", 2),
        ("runs --runs-dir a_file", 2),
        ("list layres", 2),
    ],
)
def test_every_command_reports_its_errors_as_json(line: str, code: int, nntrain: Any) -> None:
    result = nntrain(*line.split(), "--json")
    event = json.loads(result.out)
    assert (event["event"], result.code, event["code"]) == ("error", code, code)
    assert event["message"] in result.err
    assert event["help"]


def test_help_is_no_error(nntrain: Any) -> None:
    result = nntrain("fit", "--json", "--help")
    assert result.code == 0
    assert result.out.startswith("Usage: nntrain fit")


def test_an_empty_name_of_a_run_is_a_mistake(nntrain: Any) -> None:
    for name in ("", "x" * 200, "con/..", "a b"):
        result = nntrain("fit", "c.yaml", "--name", name)
        assert result.code == 2
        assert result.err.startswith("error: invalid run name `")


def test_success_is_exit_code_0_with_its_result_on_stdout(nntrain: Any) -> None:
    for line, out in (
        ("check c.yaml", "c.yaml is valid\n"),
        ("check c.yaml --json", '{"version": 1, "event": "check", "file": "c.yaml", "errors": 0, "notes": []}\n'),
        ("runs", "no runs in `runs`\n"),
    ):
        result = nntrain(*line.split())
        assert (result.code, result.err) == (0, "")
        assert result.out == out


def test_options_may_stand_anywhere(nntrain: Any) -> None:
    assert nntrain("check", "--set", "train.epochs=0", "c.yaml", "--json").code == 2
    assert nntrain("check", "--json", "c.yaml", "--set", "seed=3", "--set", "train.epochs=5").code == 0


def test_a_warning_goes_to_stderr_and_the_config_is_right(nntrain: Any) -> None:
    Path("c.yaml").write_text(CONFIG + "train: {epochs: 9, callbacks: [{EarlyStopping: 3}]}\n")
    result = nntrain("check", "c.yaml", "--set", "train.epochs=1")
    assert (result.code, result.out) == (0, "c.yaml is valid\n")
    assert result.err.startswith("warning: `patience: 3` can never take effect in 1 epoch\n")


def test_the_name_of_a_config_cannot_paint_the_terminal(nntrain: Any) -> None:
    result = nntrain("check", "\x1b[31mred.yaml")
    assert result.code == 2
    assert "\x1b" not in result.err


def test_the_module_ends_like_the_function(tmp_path: Path, command: Any) -> None:
    (tmp_path / "bad.yaml").write_text(CONFIG.replace("units", "unit"))
    result = command(tmp_path, "check", "bad.yaml")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "error: `Dense` has no option `unit`\n"
        "  --> bad.yaml:3:13  (model.0.Dense.unit)\n"
        "  3 |   - Dense: {unit: 3, activation: softmax}\n"
        "    |             ^^^^\n"
        " help: write `units`\n"
    )


@pytest.mark.parametrize("flags", [["-v"], ["--verbose"], ["-qv"], ["-vq"]])
def test_verbose_adds_the_traceback_and_keeps_message_and_exit_code(flags: list[str], nntrain: Any) -> None:
    plain, verbose = nntrain("fit", "bad.yaml"), nntrain("fit", "bad.yaml", *flags)
    assert verbose.code == plain.code == 2
    assert verbose.err.startswith("Traceback") and verbose.err.endswith(plain.err)


def test_what_check_finds_has_no_traceback(nntrain: Any) -> None:
    assert nntrain("check", "bad.yaml", "-v") == nntrain("check", "bad.yaml")


def test_a_value_that_looks_like_a_flag_is_not_one(nntrain: Any) -> None:
    assert "Traceback" not in nntrain("fit", "bad.yaml", "--name=-v").err


def test_a_runs_folder_that_is_a_file_is_refused_before_anything_is_loaded(nntrain: Any) -> None:
    result = nntrain("fit", "c.yaml", "--runs-dir", "a_file")
    assert result.code == 2
    assert result.err == "error: `a_file` is not a folder\n help: give a folder for the runs with `--runs-dir`\n"


def test_a_module_of_the_working_folder_does_not_take_the_place_of_a_library(tmp_path: Path, command: Any) -> None:
    (tmp_path / "c.yaml").write_text(CONFIG)
    for name in ("json", "random", "signal", "socket", "typing", "yaml"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the working folder')")
    done = command(tmp_path, "check", "c.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "c.yaml is valid\n", "")


def test_warnings_that_are_errors_for_other_programs_are_none_here(tmp_path: Path, command: Any) -> None:
    code = """
import atexit, sys, warnings
from nntrain.cli.app import main
atexit.register(warnings.warn, "from a library")
sys.argv[1:] = ["list", "losses"]
main()
"""
    for option in ("error", "error::UserWarning"):
        done = command(tmp_path, "-W", option, "-c", code, python=True)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "help"),
    [
        ("fit c.yaml epochs=5", "write `--set train.epochs=5`"),
        ("fit c.yaml lr=0.1", "write `--set train.optimizer.Adam.learning_rate=0.1`"),
        ("fit c.yaml --set", "write `--set train.epochs=5`"),
        ("runs --sort", "run `nntrain runs --help`"),
        ("launch c.yaml", "write `nntrain launch --local 2 c.yaml`"),
        ("export c", "write `nntrain export --to onnx c`"),
        ("version", "write `nntrain --version`"),
        ("help fit", "write `nntrain fit --help`"),
    ],
)
def test_the_help_is_a_line_that_works(nntrain: Any, arguments: str, help: str) -> None:
    ended = nntrain(*arguments.split())
    assert (ended.code, ended.err.splitlines()[-1]) == (2, f" help: {help}")
