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


HEAD = {"search_sha256": "0" * 64}
ASK = {"event": "ask", "values": {}, "epochs": None, "parent": None}
START = {"event": "start", "trial": 0, "task": 0, "spent": 0.5}


@pytest.mark.parametrize(
    ("head", "events", "fault"),
    [
        ({}, [], "in line 1 lacks `search_sha256`"),
        ({**HEAD, "refit": -1}, [], "in line 1 has an invalid `refit`"),
        (HEAD, [{"event": "else"}], "in line 2 is of no known kind"),
        (HEAD, [ASK, {**START, "trial": "0"}], "in line 3 has an invalid `start.trial`"),
        (HEAD, [START], "in line 2 is about trial 0, which was not proposed before"),
        (HEAD, [ASK, {**ASK, "parent": 1}], "in line 3 is about trial 1, which was not proposed before"),
        (HEAD, [ASK, {**START, "trial": 10**15}], "in line 3 is about trial 1000000000000000, which was not"),
    ],
)
def test_events_that_no_search_writes_are_refused(
    tmp_path: Path, head: dict[str, object], events: list[dict[str, object]], fault: str
) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.check(HEAD, [ASK, START])
    with pytest.raises(NNTrainError) as caught:
        journal.check(head, events)
    assert f"this is not a run of nntrain: `{journal.path}` {fault}" in str(caught.value)


def test_a_journal_larger_than_that_of_a_search_is_not_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    with journal.path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(NNTrainError, match="this is not a run of nntrain: `.*journal.jsonl` has more than 268,435,456"):
        journal.read()


def test_a_missing_journal_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NNTrainError, match="cannot be read"):
        Journal.open(RunDir(tmp_path)).read()
