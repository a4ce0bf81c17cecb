"""The progress that a search shows."""

import json
from pathlib import Path

import pytest

from nntrain.config.load import from_document
from nntrain.config.search.load import search_of
from nntrain.document import yaml_file
from nntrain.search import live_view
from nntrain.search.engine import Proposal
from nntrain.search.ledger import Ledger
from nntrain.search.live_view import SearchView
from nntrain.search.search_files import SearchDir
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, plain_console

CONFIG = """
data: iris
model: [{Dense: 3}]
tune: {space: {train.batch_size: {choice: [8, 16, 32]}}, trials: 3, max_seconds: 100}
"""


def view(over: int, spent: float = 0.0) -> SearchView:
    ledger = Ledger("min")
    for number in range(over):
        ledger.add(Proposal({"train.batch_size": 8 * 2**number})).status = "done"
    config = from_document(yaml_file.parse(CONFIG, "c.yaml"))
    folder = SearchDir(config, search_of(config), RunDir(Path("runs/c")), ledger)
    return SearchView(Terminal(as_json=True, quiet=True), folder, spent)


def test_one_trial_is_not_many() -> None:
    assert view(1).ledger.progress == "1 trial is done" and view(2).ledger.progress == "2 trials are done"
    assert view(1)._headline().startswith("1 of 3 trials, ")


def test_the_time_left_is_less_what_was_spent_before_a_resume() -> None:
    assert view(0)._headline().endswith(" 1:39 left")
    assert view(1, spent=90)._headline().endswith(" 0:09 left")
    assert view(1, spent=900)._headline().endswith(" 0:00 left")


@pytest.mark.parametrize("width", [60, 120])
def test_the_values_are_cut_and_not_the_trial_or_its_score(width: int) -> None:
    shown = view(3)
    for entry, score in zip(shown.ledger.entries, (0.5, 0.25, 0.75), strict=True):
        entry.score = score
    shown.names["train.batch_size"] = "a_long_name_of_a_parameter" * 4
    console = plain_console(width=width, soft_wrap=False, color_system=None)
    with console.capture() as captured:
        console.print(shown.screen())
    _, head, *rows = captured.get().splitlines()
    assert head.split() == ["trial", "val_loss", "epoch", "values"] and len(rows) == 3
    assert [row.split()[:3] for row in rows] == [
        ["trial-002", "best", "0.2500"],
        ["trial-001", "done", "0.5000"],
        ["trial-003", "done", "0.7500"],
    ]
    assert all(len(row.rstrip()) <= width and "a_long_name" in row and row.rstrip().endswith("…") for row in rows)


def test_the_event_of_a_trial_has_the_path_of_its_run(capsys: pytest.CaptureFixture[str]) -> None:
    shown = view(2)
    shown.ended(shown.ledger.entries[1])
    event = json.loads(capsys.readouterr().out)
    assert (event["event"], event["run"], event["trial"]) == ("trial", "runs/c/trial-002", 2)


def test_trials_that_are_one_program_are_shown_together(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = view(3)
    shown.terminal = Terminal()
    first, *_, last = entries = shown.ledger.entries
    for entry in entries:
        entry.status = "running"
    shown.begin_together(entries)
    monkeypatch.setattr(live_view, "PROGRESS_SECONDS", -1.0)
    shown.epoch(first, {"epoch": 3}, 0.5)
    shown.epoch(last, {"epoch": 4}, 0.25)
    assert capsys.readouterr().err.splitlines() == [
        "trial-001 to trial-003 begin as one program: 3 trials",
        "trial-001 to trial-003: epoch 3 of 10, the best val_loss 0.5000",
        "trial-001 to trial-003: epoch 4 of 10, the best val_loss 0.2500",
    ]
    table = shown.screen().renderables[1]
    cells = [list(map(str, column.cells)) for column in table.columns]  # type: ignore[union-attr]
    assert ["one program", "0.2500", "4", "3 trials, trial-001 to trial-003"] in list(
        map(list, zip(*cells, strict=True))
    )
    shown.apart(last)
    assert capsys.readouterr().err == "trial-001 to trial-003 are faster one after another\n"
    for entry in entries:
        shown.leave(entry)
    shown.epoch(first, {"epoch": 5}, 0.5)
    assert not capsys.readouterr().err
