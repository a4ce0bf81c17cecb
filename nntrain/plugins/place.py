"""Places in a plug-in: of a class, of an argument, of the line that has raised an error."""

import ast
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nntrain.config.plugin import PluginFile, in_use
from nntrain.errors import ConfigError, NNTrainError, Problem, Span, one_line


@dataclass(frozen=True)
class Place:
    """Where something is in a plug-in; a class or an argument that is not found is the file."""

    file: PluginFile
    owner: str = ""
    argument: str = ""

    def error(self, message: str, help: str) -> ConfigError:
        """Return the error of what is wrong at this place."""
        return ConfigError(problems=[Problem(message, help=help, span=self._span())])

    def _span(self) -> Span:
        tree = ast.parse(self.file.content)
        found: ast.ClassDef | ast.arg | None = next(
            (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == self.owner), None
        )
        if isinstance(found, ast.ClassDef) and self.argument:
            every = (node for node in ast.walk(found) if isinstance(node, ast.arg))
            found = next((node for node in every if node.arg == self.argument), found)
        if found is None:
            return Span(self.file.here, 1, 1, 0, "")
        if isinstance(found, ast.arg):
            return at(self.file, found.lineno, found.col_offset + 1, len(found.arg))
        return at(self.file, found.lineno, found.col_offset + len("class ") + 1, len(found.name))


def at(file: PluginFile, line: int, column: int = 0, width: int = 0) -> Span:
    """Return a part of a line; the whole line where no column is given."""
    lines = file.content.decode(errors="replace").splitlines()
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    indent = len(source) - len(source.lstrip())
    return Span(file.here, line, column or indent + 1, width or (0 if column else len(source.strip())), source)


def raised_in(error: BaseException, file: PluginFile) -> Span | None:
    """Return the last line of a file that an error has passed; None where it has not."""
    if isinstance(error, SyntaxError) and error.filename == file.path:
        return at(file, error.lineno or 1, error.offset or 1, 1)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file.path]
    return at(file, lines[-1] or 1) if lines else None


def raised(error: BaseException) -> Span | None:
    """Return the line of a plug-in in use that an error comes from."""
    spans = (raised_in(error, plugin.file) for plugin in in_use())
    return next((span for span in spans if span is not None), None)


def words(error: BaseException) -> str:
    """Return the type of an error and what it says, on one line."""
    text = one_line(" ".join(str(error.msg if isinstance(error, SyntaxError) else error).split()))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@contextmanager
def errors_worded() -> Iterator[None]:
    """Turn what own code raises inside the block into an error with its line."""
    try:
        yield
    except NNTrainError:
        raise
    except Exception as error:  # own code may raise anything; what comes from elsewhere is raised again
        if (span := raised(error)) is None:
            raise
        problem = Problem(f"own code has raised {words(error)}", help="correct the plug-in", span=span)
        raise NNTrainError(problems=[problem]) from error
