from collections.abc import Iterator

import pytest

from nntrain.terminal import Terminal
from nntrain.watching import follow
from nntrain.watching.follow import Look


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "SECONDS", 0.0)


def looks(*news: list[str]) -> Iterator[Look]:
    for place, lines in enumerate(news):
        yield Look(lambda width, height, braille, lines=lines: lines, lines, place == len(news) - 1)


def test_without_a_terminal_each_line_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    found = looks(["epoch 1"], ["epoch 1"], ["epoch 1", "epoch 2", "done"])
    follow.follow(lambda: next(found), Terminal())
    assert capsys.readouterr().out == "epoch 1\nepoch 2\ndone\n"


def test_a_line_that_is_new_before_others_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    found = looks(["a has ended"], ["epoch 2", "a has ended"])
    follow.follow(lambda: next(found), Terminal())
    assert capsys.readouterr().out == "a has ended\nepoch 2\n"


def test_on_a_terminal_the_last_screen_stays(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    found = looks(["epoch 1"], ["epoch 2", "[b]loss\x1b[31m"])
    follow.follow(lambda: next(found), Terminal())
    err = capsys.readouterr().err
    assert err.index("epoch 1") < err.rindex("epoch 2")
    assert "[b]loss\\x1b[31m" in err


def test_ctrl_c_ends_the_watching(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> Look:
        raise KeyboardInterrupt

    follow.follow(interrupted, Terminal())
    assert capsys.readouterr().err == "no longer watching; the training goes on\n"


def test_no_screen_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert follow.screen_of(Terminal()) is not None
    assert follow.screen_of(Terminal(quiet=True)) is None
    assert follow.screen_of(Terminal(as_json=True)) is None
