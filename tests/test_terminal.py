"""Results on stdout, messages and progress on stderr, JSON where it is asked for, and all of it in the log."""

import contextlib
import contextvars
import io
import json
import math
import re
import sys
from typing import Any

import pytest
from rich.console import Console

from nntrain.terminal import Terminal, reading_bar, shown_number, waiting
from tests.test_progress import ROW, show_two_epochs


def test_notes_go_to_stderr_and_results_to_stdout_and_both_to_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.note("a note")
    terminal.line("a result")
    terminal.table("title", ("split", "loss"), [["train", 0.5], ["test", 12345678.0]])
    out, err = capsys.readouterr()
    assert err == "a note\n"
    assert [line.rstrip() for line in out.splitlines()] == [
        "a result",
        "title",
        "split      loss",
        "train    0.5000",
        "test   1.23e+07",
    ]
    logged = "\n".join(terminal.log).splitlines()
    assert logged == ["a note", *(line.rstrip() for line in out.splitlines())]


def test_quiet_shows_no_notes_and_no_progress_but_the_results_and_logs_all(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(quiet=True)
    terminal.note("a note")
    show_two_epochs(terminal)
    terminal.line("a result")
    out, err = capsys.readouterr()
    assert (out, err) == ("a result\n", "")
    assert terminal.log[0] == "a note" and len(terminal.log) == 4


def test_json_is_one_object_a_line_with_a_version_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(as_json=True)
    terminal.note("a note")
    show_two_epochs(terminal)
    terminal.line("a result")
    terminal.table("", ("a",), [["b"]])
    terminal.event("summary", {"nested": {"value": math.inf, "list": [math.nan, 1.5]}, "text": "é"})
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["event"] for line in lines] == ["epoch", "epoch", "summary"]
    assert all(line["version"] == 1 for line in lines)
    assert lines[0] == {"version": 1, "event": "epoch", "run": "runs/net", **ROW}
    assert lines[2]["nested"] == {"value": None, "list": [None, 1.5]} and lines[2]["text"] == "é"
    assert err.startswith("a note\n")


def test_without_json_an_event_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().event("summary", {"a": 1})
    assert capsys.readouterr() == ("", "")


def test_names_that_look_like_markup_or_emoji_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.table("[/b]", ("[red]x", "f"), [["[/red]:smile:", 0.5]])
    terminal.line("[bold]:x: line")
    terminal.note("[/i] note")
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()] == [
        ["[/b]"],
        ["[red]x", "f"],
        ["[/red]:smile:", "0.5000"],
        ["[bold]:x:", "line"],
    ]
    assert err == "[/i] note\n"
    assert "[/red]:smile:" in terminal.log[0]


def test_a_narrow_terminal_cuts_no_cell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    terminal = Terminal()
    names = [f"class_{index}" for index in range(12)]
    terminal.table("", ("true", *names), [[name, *range(12)] for name in names])
    out = capsys.readouterr().out
    shown = re.sub(r"\x1b\[[0-9;]*m", "", out)
    heads = [line.split() for line in shown.splitlines() if line.startswith("true")]
    assert heads[0] == ["true", "class_0", "class_1"] and len(heads) == 6
    assert [name for head in heads for name in head[1:]] == names
    assert max(map(len, shown.splitlines())) <= 30 and len(shown.splitlines()) == 6 * 13 + 5
    assert terminal.log[0].splitlines()[0].split() == ["true", *names]


def test_a_cell_wider_than_the_terminal_has_several_lines_which_end_between_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    Terminal().table("", ("run", "state"), [["one", "done"], ["two", "failed: the loss is inf in a long-run too"]])
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert shown == ["run  state", "one  done", "two  failed: the loss is inf in a", "     long-run too"]


def test_a_wide_letter_of_a_cell_takes_two_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    Terminal().table("", ("run", "note"), [["one", "漢字" * 3 + " " + "漢字" * 4], ["two", "漢" * 16], ["six", ""]])
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert shown == [
        "run  note",
        "one  漢字漢字漢字",
        "     漢字漢字漢字漢字",
        "two  " + "漢" * 12,
        "     " + "漢" * 4,
        "six",
    ]


def test_what_is_waited_for_is_shown_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Terminal().waiting("loading"):
        pass
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with pytest.raises(ValueError, match="x"), Terminal().waiting("loading"):
        raise ValueError("x")
    assert capsys.readouterr().err == "loading ...\r\x1b[2K"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5000"),
        (0.0, "0.0000"),
        (1e-4, "0.0001"),
        (123456.0, "1.23e+05"),
        (3, "3"),
        (True, "True"),
        ("a", "a"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_numbers_have_four_digits_and_an_exponent_where_digits_would_hide_them(value: Any, text: str) -> None:
    assert shown_number(value) == text


EVIL = "\x1b]0;pwned\x07\x1b[31m[b]red\u202e\u200b"
SHOWN = "\\x1b]0;pwned\\x07\\x1b[31m[b]red\\u202e\\u200b"


def test_no_escape_sequence_of_a_file_reaches_the_terminal_or_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.note(EVIL)
    terminal.line(EVIL)
    terminal.table(EVIL, ("class", EVIL), [[EVIL, f"{EVIL}\n"], ["plain", 0.5]])
    out, err = capsys.readouterr()
    for printed in (out, err, "\n".join(terminal.log)):
        assert "\x1b" not in printed and "\x07" not in printed and "\u202e" not in printed
        assert SHOWN in printed
    assert len(out.splitlines()) == 1 + 4


def test_the_bar_of_a_share_is_shown_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Terminal().bar("predicting") as show:
        show(0.5)
    terminal, text = Terminal(), io.StringIO()
    terminal.err = Console(file=text, force_terminal=True, width=100)
    monkeypatch.setenv("TERM", "xterm-256color")
    with terminal.bar("predicting") as show:
        show(0.5)
    assert "predicting" in text.getvalue() and "━" in text.getvalue()
    assert capsys.readouterr() == ("", "")


def test_reading_shows_its_bar_on_the_terminal_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")

    def shown(quiet: bool, known: bool) -> str:
        terminal, text = Terminal(quiet=quiet), io.StringIO()
        terminal.err = Console(file=text, force_terminal=True, width=100)
        with terminal.current() if known else contextlib.nullcontext(), reading_bar("decoding 20 images") as show:
            show(0.5)
        return text.getvalue()

    def every() -> list[str]:
        return [shown(quiet=False, known=False), shown(quiet=True, known=True), shown(quiet=False, known=True)]

    before, quiet, bar = contextvars.Context().run(every)
    assert (before, quiet) == ("", "") and "decoding 20 images" in bar and "━" in bar


class _Screen(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def waited_for(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, then: str = "") -> str:
    """What a terminal is sent while something is waited for and something is printed."""
    screen = _Screen()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", screen)
        with terminal.waiting("starting"):
            if then:
                getattr(terminal, then)(*(("error", {}) if then == "event" else ("printed",)))
    return screen.getvalue()


def test_what_is_waited_for_is_shown_until_it_is_over_or_something_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = "starting ...\r\x1b[2K"
    assert waited_for(Terminal(), monkeypatch) == shown
    assert waited_for(Terminal(), monkeypatch, "note") == shown + "printed\n"
    assert waited_for(Terminal(), monkeypatch, "line") == shown
    assert waited_for(Terminal(as_json=True), monkeypatch, "event") == shown
    assert waited_for(Terminal(quiet=True), monkeypatch, "note") == ""
    monkeypatch.setenv("TERM", "dumb")
    assert waited_for(Terminal(), monkeypatch, "note") == "printed\n"


def test_a_library_shows_what_it_waits_for_on_the_terminal_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    screen, terminal = _Screen(), Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with waiting("loading"):  # of no command, such as in a worker
        pass
    with terminal.current(), terminal.waiting("starting"), waiting("loading"):
        pass
    assert screen.getvalue() == "starting ...\r\x1b[2Kloading ...\r\x1b[2K"
