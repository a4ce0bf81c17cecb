import sys
from pathlib import Path

import pytest

from nntrain.errors import (
    ConfigError,
    DataError,
    Diverged,
    MissingPackage,
    NNTrainError,
    Problem,
    Span,
    Stopped,
    dotted,
    one_line,
    printable,
    renamed,
)


def drawn(source: str, column: int, width: int = 1, line: int = 7) -> list[str]:
    problem = Problem("m", span=Span("c.yaml", line, column, width, source))
    return str(problem).splitlines()[2:]


def test_a_problem_prints_itself_as_compilers_do() -> None:
    span = Span("c.yaml", 7, 13, 4, "  - Dense: {unit: 300}")
    problem = Problem("`Dense` has no option `unit`", ("model", 1, "Dense", "unit"), "write `units`", span)
    assert str(problem) == (
        "error: `Dense` has no option `unit`\n"
        "  --> c.yaml:7:13  (model.1.Dense.unit)\n"
        "  7 |   - Dense: {unit: 300}\n"
        "    |             ^^^^\n"
        " help: write `units`"
    )


def test_a_problem_without_a_place_shows_its_path() -> None:
    assert str(Problem("m", ("a", 0), "h")) == "error: m\n  --> a.0\n help: h"
    assert str(Problem("m", severity="warning")) == "warning: m"


def test_the_margin_grows_with_the_number_of_the_line() -> None:
    assert drawn("a: 1", 4, line=12345) == ["  12345 | a: 1", "        |    ^"]


def test_text_from_the_command_line_has_no_number() -> None:
    problem = Problem("m", span=Span("a", 0, 3, 1, "a=1"))
    assert str(problem) == "error: m\n  --> --set a\n    | a=1\n    |   ^"


def test_a_tab_takes_one_column_so_that_the_caret_fits() -> None:
    assert drawn("a:\t\tx", 5) == ["  7 | a:  x", "    |     ^"]


def test_what_a_terminal_would_act_upon_is_not_printed() -> None:
    assert drawn("a: \x1b[31m\x07", 4) == ["  7 | a: \ufffd[31m\ufffd", "    |    ^"]
    assert str(Problem("a `\x1b[0m\r`", help="b\tc")) == "error: a `\\x1b[0m\\r`\n help: b\\tc"
    assert printable("grün 日本 😀") == "grün 日本 😀"


def test_a_message_may_have_several_lines_but_words_of_the_user_stay_on_one() -> None:
    assert str(Problem("a\n       b")) == "error: a\n       b"
    assert one_line("a\nb\u2028") == "a\\nb\\u2028"


def test_wide_and_combining_letters_keep_the_caret_below_its_place() -> None:
    assert drawn("日本: x", 5) == ["  7 | 日本: x", "    |       ^"]
    assert drawn("日本", 1, 2) == ["  7 | 日本", "    | ^^^^"]
    assert drawn("e\u0301: x", 5) == ["  7 | e\u0301: x", "    |    ^"]


def test_an_empty_line_is_not_drawn() -> None:
    assert drawn("", 1) == []
    assert drawn("   ", 1) == []


@pytest.mark.parametrize("column", [1, 60, 61, 150, 299, 300])
def test_a_long_line_is_cut_around_its_place(column: int) -> None:
    source = "".join(chr(ord("a") + index % 26) for index in range(300))
    shown, carets = drawn(source, column)
    assert len(shown) <= 6 + 120
    assert shown[len(carets) - 1] == source[column - 1]
    assert carets.endswith(" ^") or column == 1


def test_the_carets_end_with_the_line() -> None:
    assert drawn("abc", 2, 99) == ["  7 | abc", "    |  ^^"]
    assert drawn("abc", 4, 5) == ["  7 | abc", "    |    ^"]
    assert drawn("a" * 130, 1, 130)[1] == "    | " + "^" * 120


def test_an_error_prints_all_of_its_problems() -> None:
    error = ConfigError(problems=[Problem("one", help="h"), Problem("two")])
    assert str(error) == "error: one\n help: h\n\nerror: two"


def test_an_error_with_thousands_of_problems_prints_the_first_and_a_count() -> None:
    error = ConfigError(problems=[Problem(f"problem {number}") for number in range(20_000)])
    assert str(error).splitlines()[::2] == [*(f"error: problem {number}" for number in range(20)), "19,980 more errors"]


def test_what_a_user_wrote_is_shortened_where_it_is_very_long() -> None:
    long = "k" * 900_000
    problem = Problem(f"unknown `{long}`", ("train", long), f"not `{long}`", Span(long, 3, 1, 1, f"{long}: 1"))
    assert len(str(problem)) < 6000
    assert "\n help: not `kkk" in str(problem)
    assert "kkk`" in str(problem)


def test_the_path_and_the_file_of_a_problem_are_printed_on_one_line() -> None:
    problem = Problem("m", ("a\x1b[31m", "b\n"), span=Span("c\r.yaml", 3, 1, 1, ""))
    assert str(problem) == "error: m\n  --> c\\r.yaml:3:1  (a\\x1b[31m.b\\n)"
    assert str(Problem("m", ("\u202e",))) == "error: m\n  --> \\u202e"


def test_every_error_has_the_exit_code_of_its_kind() -> None:
    codes = {kind: kind.exit_code for kind in (NNTrainError, ConfigError, MissingPackage, DataError, Diverged)}
    assert list(codes.values()) == [1, 2, 3, 4, 5]
    assert Stopped("m", signal=15).exit_code == 143
    assert all(issubclass(kind, NNTrainError) for kind in (*codes, Stopped))


def test_the_install_command_is_for_the_python_that_runs_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/my nets/.venv/bin/python")
    command = "'/my nets/.venv/bin/python' -m pip install 'nntrain[ray]'"
    assert str(MissingPackage("m", "ray")) == f"error: m\n help: run `{command}`"


def test_paths_are_dotted() -> None:
    assert dotted(("model", 1, "Dense", "units")) == "model.1.Dense.units"
    assert dotted(()) == ""


def test_an_error_about_a_copy_is_one_about_what_was_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (tmp_path, tmp_path.parent / "elsewhere"):
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        file = tmp_path / "copy.csv"
        for name in (str(file), "copy.csv") if folder == tmp_path else (str(file),):
            problem = Problem(f"`{name}` is wrong", help=f"mend `{name}`", span=Span(name, 1, 1, 1, "a"))
            found = renamed(DataError(problems=[problem]), file, "-")
            assert str(found) == "error: `-` is wrong\n  --> -:1:1\n  1 | a\n    | ^\n help: mend `-`"
            assert found.args == ("`-` is wrong",)
