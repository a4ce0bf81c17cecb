"""`nntrain.resume` does what the command does; what is interrupted, and a search, are in test_starting.py."""

import inspect
from dataclasses import fields
from pathlib import Path
from textwrap import dedent

import pytest

import nntrain
from nntrain.cli.requests import Resume
from nntrain.document import yaml_file
from nntrain.errors import ConfigError
from tests.conftest import CONFIGS

MOONS = {**yaml_file.parse(dedent(CONFIGS["moons"]), "").tree, "train": {"epochs": 1}}
FEW = {"quiet": True, "no_plots": True, "no_report": True}


def test_every_option_of_the_command_is_an_argument_with_its_default() -> None:
    renamed = {"assignments": "set", "name": "run"}
    options = {renamed.get(one.name, one.name): one.default for one in fields(Resume)}
    arguments = {one.name: one.default for one in inspect.signature(nntrain.resume).parameters.values()}
    assert options.keys() - {"json", "worker"} == arguments.keys()
    assert {name for name in arguments if arguments[name] != options[name]} <= {"run", "runs_dir"}


@pytest.mark.trains
def test_a_finished_run_is_returned_and_trained_further(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = nntrain.fit(MOONS, name="net", runs_dir=tmp_path, **FEW)
    again = nntrain.resume("net", runs_dir=tmp_path)
    assert isinstance(again, nntrain.Run) and again.metrics == run.metrics
    assert "net is finished; `--set train.epochs=...` trains it further" in capsys.readouterr().err
    assert len(nntrain.resume(run, set={"train.epochs": 3}, **FEW).history) == 3
    assert capsys.readouterr() == ("", "")
    with pytest.raises(ConfigError, match="can change how long to train, not `train.batch_size`"):
        nntrain.resume(run, set={"train.batch_size": 3})
    with pytest.raises(ConfigError, match="`workers` are for a search"):
        nntrain.resume(run, workers=2)
    with pytest.raises(ConfigError, match="`net` is not a search, and `--extend`"):
        nntrain.resume(run, extend=True)
    with pytest.raises(ConfigError, match="unknown run `none`"):
        nntrain.resume("none", runs_dir=tmp_path)
    with pytest.raises(ConfigError, match="`run` is a run, or the name or the path of one, got `7`"):
        nntrain.resume(7)  # type: ignore[call-overload]
