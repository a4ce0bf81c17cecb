"""The journal of a search: every event survives a kill, and damage is reported."""

from pathlib import Path

import pytest

from nntrain.errors import NNTrainError
from nntrain.storage.journal import Journal
from nntrain.storage.run_dir import RunDir


def test_events_come_back_in_order(tmp_path: Path) -> None:
    journal = Journal.create(RunDir(tmp_path), {"search_sha256": "ab"})
    events = [{"event": "ask", "values": {"train.batch_size": 16, "é": "ü"}}, {"event": "tell", "score": None}]
    for event in events:
        journal.add(event)
    head, found, complaint = Journal.open(RunDir(tmp_path)).read()
    assert (head["search_sha256"], found, complaint) == ("ab", events, "")


@pytest.mark.parametrize("cut", range(1, 25))
def test_a_cut_last_line_is_ignored_and_reported(tmp_path: Path, cut: int) -> None:
    journal = Journal.create(RunDir(tmp_path), {})
    journal.add({"event": "ask"})
    journal.add({"event": "start", "trial": 0})
    content = journal.path.read_bytes()
    journal.path.write_bytes(content[:-cut])
    assert journal.read()[1] == [{"event": "ask"}] and journal.path.read_bytes() == content[:-cut]
    _, events, complaint = journal.read(mend=True)
    assert events == [{"event": "ask"}] and "is incomplete" in complaint
    journal.add({"event": "start", "trial": 0})
    assert journal.path.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"kind": "nntrain search", "format": 1}\n{"event": "a\n{"event": "b"}\n', "is damaged in line 2"),
        (b'{"kind": "nntrain search", "format": 1}\n[1]\n', "is damaged in line 2"),
        (b'{"kind": "nntrain search", "format": 99}\n', "was written by another version of nntrain"),
        (b'{"event": "ask"}\n', "is not the journal of a search"),
        (b"\x00\xff\n", "is damaged in line 1"),
        (b"", "is damaged in line 1"),
    ],
)
def test_a_file_that_is_not_a_journal_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "journal.jsonl").write_bytes(content)
    with pytest.raises(NNTrainError, match=message):
        Journal.open(RunDir(tmp_path)).read()


def test_a_missing_journal_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NNTrainError, match="cannot be read"):
        Journal.open(RunDir(tmp_path)).read()
