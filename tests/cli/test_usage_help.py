"""What a user meant by a command line: the value after an option, and lines that can be pasted. The rest: test_app."""

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
