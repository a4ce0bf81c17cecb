"""An error as an event of `--json`."""

from typing import Any

from nntrain.errors import NNTrainError, Problem, dotted


def error_event(error: BaseException, help: str = "") -> dict[str, Any]:
    """Return the exit code, the first problem, and all `problems` with message, path, place and help.

    help: that of a wrong command line.
    """
    problems = error.problems if isinstance(error, NNTrainError) else (_problem(error, help),)
    found = [_content(problem) for problem in problems]
    code = 130 if isinstance(error, KeyboardInterrupt) else getattr(error, "exit_code", 1)
    return {"code": code, **found[0], "problems": found}


def _problem(error: BaseException, help: str) -> Problem:
    """Return Ctrl-C, a wrong command line, or an error that nobody expected, as a problem."""
    if isinstance(error, KeyboardInterrupt):
        return Problem("by SIGINT", severity="stopped")
    if (words := getattr(error, "format_message", None)) is None:
        return Problem(f"{type(error).__name__}: {error}", help="run the command with `--verbose`")
    return Problem(words(), help=help)


def _content(problem: Problem) -> dict[str, Any]:
    """Return a problem; its place is that in a file, so a value that `--set` has put has only a path."""
    place = problem.span if problem.span and problem.span.line else None
    return {
        "severity": problem.severity,
        "message": problem.message,
        "path": dotted(problem.path) or None,
        "file": place and place.file,
        "line": place and place.line,
        "column": place and place.column,
        "help": problem.help or None,
    }
