import json
from pathlib import Path

import pytest

from nntrain.cli.requests import Note, Runs
from nntrain.errors import ConfigError, NNTrainError
from nntrain.terminal import Terminal
from tests.cli.commands.test_runs import make


def test_notes_and_tags_are_kept_and_runs_shows_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(tmp_path, "net", metrics={"validation": {"loss": 0.5}})
    Note(name="net", text="first", tag=["base", "old"], runs_dir=tmp_path).run(Terminal())
    Note(name="net", text="second", tag=["base"], untag=["old"], runs_dir=tmp_path).run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    assert [line[18:] for line in lines[2:4]] == ["first", "second"]
    assert lines[4] == f"tags of {tmp_path / 'net'}: `base`"
    Runs(runs_dir=tmp_path).run(Terminal())
    assert capsys.readouterr().out.splitlines()[1].split()[-3:] == ["base", "done", "(second)"]


def test_without_a_text_or_a_tag_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make(tmp_path, "net")
    Note(name="net", runs_dir=tmp_path).run(Terminal(as_json=True))
    assert json.loads(capsys.readouterr().out)["notes"] == []
    assert not (path / "notes.json").exists()


@pytest.mark.parametrize("options", [{"tag": ["two words"]}, {"tag": [""]}, {"text": " "}])
def test_an_empty_note_and_a_tag_of_two_words_are_refused(options: dict, tmp_path: Path) -> None:
    path = make(tmp_path, "net")
    with pytest.raises(ConfigError):
        Note(name="net", runs_dir=tmp_path, **options).run(Terminal())
    assert not (path / "notes.json").exists()


def test_a_damaged_file_of_notes_is_named_and_left(tmp_path: Path) -> None:
    file = make(tmp_path, "net") / "notes.json"
    file.write_text('{"tags": 3}')
    with pytest.raises(NNTrainError, match=r"notes\.json"):
        Note(name="net", text="x", runs_dir=tmp_path).run(Terminal())
    assert file.read_text() == '{"tags": 3}'
    Runs(runs_dir=tmp_path).run(Terminal(quiet=True))
