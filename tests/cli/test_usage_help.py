"""What a user meant by a command line: the value after an option, and lines that can be pasted. The rest: test_app."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nntrain.cli.usage_help import _given, reword


class Refused(Exception):
    """An error like those of Typer."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.ctx = None


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["fit", "--epochs", "5"], "5"),
        (["fit", "--epochs=5"], "5"),
        (["fit", "--epochs"], ""),
        (["fit", "--epochs", "--json"], ""),
        (["fit", "--epochs="], ""),
        (["fit"], ""),
    ],
)
def test_the_value_of_an_option(words: list[str], value: str) -> None:
    assert _given("--epochs", words) == value


def test_a_config_that_is_not_given_is_one_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error: Any = Refused("")
    error.param, error.ctx = SimpleNamespace(name="config"), SimpleNamespace(command_path="nntrain fit", command=None)
    assert reword(error, ["fit", "--json"]) == "write `nntrain fit iris.yaml --json`"
    Path("configs").mkdir()
    Path("configs/my net.yaml").touch()
    assert reword(error, ["fit"]) == "write `nntrain fit 'configs/my net.yaml'`"
    error.param.name = "run"
    assert reword(error, ["eval"]) == "run `nntrain fit --help`"


@pytest.mark.parametrize(
    ("words", "help"),
    [
        (["train", "my net.yaml"], "write `nntrain fit 'my net.yaml'`"),
        (["train", "$(x).yaml", "--set", "a b"], "write `nntrain fit '$(x).yaml' --set 'a b'`"),
        (["Xyz123"], "run `nntrain --help`"),
    ],
)
def test_a_line_can_be_pasted_into_a_shell(words: list[str], help: str) -> None:
    error: Any = Refused(f"No such command '{words[0]}'. Did you mean 'x'?")
    assert reword(error, words) == help
    assert error.message == f"No such command '{words[0]}'."


def test_a_table_as_a_command_is_one_to_begin_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    error: Any = Refused("No such command 'rows.csv'.")
    assert reword(error, ["rows.csv"]) == "write `nntrain init rows.csv`, which writes a config for the table"
