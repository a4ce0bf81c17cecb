"""`-` as a file: the standard input is copied, and errors are about `-`."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from nntrain.cli.standard_input import file_or_stdin
from nntrain.errors import DataError, Problem, Span


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))


def test_a_path_is_left_alone(tmp_path: Path) -> None:
    with file_or_stdin(tmp_path / "rows.csv") as file:
        assert file == tmp_path / "rows.csv"


@pytest.mark.parametrize(("content", "suffix"), [(b"a,b\n1,2\n", ".csv"), (b"PK\x03\x04...", ".npz"), (b"", ".csv")])
def test_the_standard_input_is_a_file_of_its_kind(content: bytes, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, content)
    with file_or_stdin(Path("-")) as file:
        assert (file.read_bytes(), file.suffix) == (content, suffix)
    assert not file.exists()


def test_an_error_names_the_dash_and_not_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, b"a,b\n")
    with pytest.raises(DataError) as raised, file_or_stdin(Path("-")) as file:
        span = Span(str(file), 1, 1, 3, "a,b")
        raise DataError(problems=[Problem(f"`{file}` is short", (), f"see {file}", span)])
    (problem,) = raised.value.problems
    assert (problem.message, problem.help) == ("`-` is short", "see -")
    assert problem.span is not None and problem.span.file == "-"
