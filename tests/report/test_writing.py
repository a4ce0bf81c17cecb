import pytest

from nntrain.errors import NNTrainError
from nntrain.report import writing
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from tests.conftest import Write


@pytest.mark.parametrize(
    ("error", "words"),
    [(RuntimeError("no\nroom"), "no\\nroom"), (NNTrainError("no room", help="free some"), "no room")],
)
def test_a_report_that_fails_is_a_warning(
    error: Exception, words: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> str:
        raise error

    monkeypatch.setattr(writing, "page", fail)
    run, terminal = write(), Terminal(quiet=True)
    writing.write(run, terminal)
    assert terminal.log == [f"warning: cannot write report.html: {words}"]
    assert not (run.path / "report.html").exists()


def test_the_runs_of_a_group_have_none_of_their_own(write: Write) -> None:
    group, terminal = write(group={"kind": "seeds", "members": {"seed-1": {}}}), Terminal(quiet=True)
    member = group.member("seed-1")
    member.write("resolved.yaml", "data: iris\n")
    writing.write(member, terminal)
    writing.write(group, terminal)
    assert not (member.path / "report.html").exists()
    assert (group.path / "report.html").is_file()


def test_nothing_is_written_where_the_run_was_removed(write: Write) -> None:
    terminal = Terminal(quiet=True)
    writing.write(RunDir(write().path / "gone"), terminal)
    assert terminal.log == []
