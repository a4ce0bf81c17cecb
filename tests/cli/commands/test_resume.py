"""`nntrain resume`: a name is a run, a group or a search, and each has its own options."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.requests import Fit, Resume
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal

pytestmark = pytest.mark.usefixtures("shared_programs")

MOONS = """
data: {toy_2d: {kind: moons, size: 60}}
model: [{Dense: {units: 4, activation: tanh}}]
train: {epochs: 1}
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the run `one`, the group `group` and the search `search`, which has no trial yet."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "net.yaml").write_text(MOONS)
    request: dict[str, Any] = {
        "config": str(folder / "net.yaml"),
        "runs_dir": folder,
        "device": "cpu",
        "no_plots": True,
    }
    Fit(name="one", **request).run(Terminal(quiet=True))
    Fit(name="group", seeds="1", **request).run(Terminal(quiet=True))
    (folder / "search").mkdir()
    (folder / "search" / "journal.jsonl").write_text("")
    return folder


def message(runs: Path, name: str, **options: Any) -> str:
    """The error of a request."""
    with pytest.raises(ConfigError) as caught:
        Resume(name=name, runs_dir=runs, device="cpu", **options).run(Terminal(quiet=True))
    return str(caught.value)


def test_a_finished_run_prints_what_would_train_it_further(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Resume(name="one", runs_dir=runs, device="cpu").run(Terminal())
    line = f"{runs}/one is finished; `--set train.epochs=...` trains it further\n"
    assert capsys.readouterr().out == line


def test_a_finished_run_is_trained_further(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Resume(name="one", runs_dir=runs, assignments=("train.epochs=2",), device="cpu").run(Terminal())
    out, err = capsys.readouterr()
    assert err.splitlines()[0] == "resuming in epoch 2, after 0 of its steps"
    assert " of 2, val_loss " in out and f" s, run in {runs}/one\n" in out


def test_a_finished_group_prints_that_it_is_finished(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Resume(name="group", runs_dir=runs, device="cpu").run(Terminal())
    assert capsys.readouterr().out == f"all runs of {runs}/group are finished\n"
    Resume(name="group", runs_dir=runs, device="cpu").run(Terminal(as_json=True))
    assert capsys.readouterr().out == f'{{"version": 1, "event": "finished", "run": "{runs}/group"}}\n'


@pytest.mark.parametrize("name", ["one", "group"])
@pytest.mark.parametrize("option", [{"refit": 1}, {"extend": True}, {"executor": "ray"}, {"address": "a:1"}])
def test_the_options_of_a_search_are_refused_for_a_run_and_a_group(
    runs: Path, name: str, option: dict[str, Any]
) -> None:
    assert message(runs, name, **option) == (
        f"error: `{name}` is not a search, and `--extend`, `--refit`, `--executor` and `--address` need one\n"
        " help: leave them out"
    )


@pytest.mark.parametrize("option", [{"devices": 2}, {"worker": 0}])
def test_the_options_of_a_run_are_refused_for_a_search(runs: Path, option: dict[str, Any]) -> None:
    assert message(runs, "search", **option) == (
        "error: `--devices`, `--worker` and `launch` are for a run, not for a search\n"
        " help: leave them out; `--workers 2` trains two trials at once"
    )
    assert message(runs, "search", workers="a:1,b:1").startswith(
        "error: `--workers` of a search is a number of trials, got `a:1,b:1`\n"
    )


def test_several_workers_do_not_train_a_group(runs: Path) -> None:
    assert message(runs, "group", workers="127.0.0.1:1,127.0.0.1:2", worker=0) == (
        f"error: several workers train one run at a time\n help: resume one of its runs, such as `{runs}/group/seed-1`"
    )


def test_the_length_of_a_group_cannot_be_changed(runs: Path) -> None:
    assert message(runs, "group", assignments=("train.epochs=90",)) == (
        f"error: the length of a group cannot be changed, and `{runs}/group` is one\n"
        f" help: resume one of its runs, such as `{runs}/group/seed-1`"
    )


def test_an_unknown_name_is_an_error(runs: Path) -> None:
    assert message(runs, "none", refit=1).startswith("error: unknown run `none`\n")
