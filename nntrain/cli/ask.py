"""Questions on a terminal."""

import sys
from collections.abc import Mapping

import typer

from nntrain.errors import ConfigError, printable
from nntrain.nearest import nearest

_MOST_SHOWN = 40


def one_of(question: str, choices: Mapping[str, str], default: str, other: bool = False) -> str:
    """Return the choice of the user, by its name or its number; other: whether anything else is taken too.

    Raises ConfigError where nobody answers.
    """
    for number, (name, about) in enumerate(list(choices.items())[:_MOST_SHOWN], 1):
        typer.echo(f"  {number:2}  {printable(name)}{f'  {printable(about)}' if about else ''}", err=True)
    while True:
        answer = _answer(f"{question} [{default}]: ") or default
        if found := chosen(answer, choices):
            return found
        if other:
            return answer
        close = nearest(answer, choices)
        typer.echo(f"there is no `{printable(answer)}`" + (f"; write `{close}`" if close else ""), err=True)


def _answer(question: str) -> str:
    """Return what the user types; raises ConfigError where there is nobody."""
    typer.echo(printable(question), err=True, nl=False)
    if not (line := sys.stdin.readline()):
        typer.echo(err=True)
        raise ConfigError("nobody answered", help="give the file, `--target` and `--template` on the command line")
    return line.strip()


def chosen(answer: str, choices: Mapping[str, str]) -> str:
    """Return the choice of this name, or else of this number; nothing where there is none."""
    if answer in choices:
        return answer
    names = list(choices)
    return names[int(answer) - 1] if answer.isdecimal() and 0 < int(answer) <= len(names) else ""
