"""Which trainings begin next and which are one program: the same after a kill, whatever was written before it."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import Config, from_document
from nntrain.config.search.load import search_of
from nntrain.config.search.space import Values
from nntrain.document import yaml_file
from nntrain.errors import NNTrainError
from nntrain.search import schedule as schedules
from nntrain.search.engine import Proposal, Waiting
from nntrain.search.ledger import Ledger
from nntrain.search.replay import replayed
from nntrain.search.schedule import Schedule
from nntrain.search.search_files import SearchDir
from nntrain.search.task import Stack, Work
from nntrain.storage.journal import Journal
from nntrain.storage.run_dir import RunDir

CONFIG = """
data: iris
model: [{Dense: {units: 8, activation: relu}}, {Dense: 3}]
train: {epochs: 4, optimizer: {Adam: {learning_rate: 0.1}}}
tune:
  engine: ENGINE
  space:
    model.0.Dense.units: {int: [1, 9]}
    train.optimizer.Adam.learning_rate: {float: [0.001, 10]}
"""
UNITS, RATE = "model.0.Dense.units", "train.optimizer.Adam.learning_rate"
SIZES = (8, 8, 4, 8, 4, 2)


class Listed:
    """An engine that proposes what is listed: `...` stands for a wait until all trials before it have a score."""

    def __init__(self, listed: Sequence[Proposal | Any]) -> None:
        self.listed, self.asked, self.told, self.ended = list(listed), 0, 0, ""

    def ask(self) -> Proposal | Waiting | None:
        if self.listed and self.listed[0] is ...:
            if self.told < self.asked:
                return Waiting()
            self.listed.pop(0)
        if not self.listed:
            self.ended = "the list is at its end"
            return None
        self.asked += 1
        return self.listed.pop(0)  # type: ignore[no-any-return]

    def report(self, number: int, epoch: int, score: float) -> bool:
        return False

    def tell(self, number: int, score: float | None, epochs: int) -> None:
        self.told += 1


def proposals(*sizes: int, **more: Any) -> list[Proposal]:
    return [Proposal({UNITS: size, RATE: 0.01 * (place + 1)}, **more) for place, size in enumerate(sizes)]


Begin = Callable[..., Schedule]


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    """Begins a search over a list, or goes on with the one that has begun."""
    notes: list[str] = []

    def begun(listed: Sequence[Any], engine: str = "RandomSearch", stacking: bool = True, **tune: Any) -> Schedule:
        text = CONFIG.replace("ENGINE", engine) + "".join(f"  {name}: {value}\n" for name, value in tune.items())
        config: Config = from_document(yaml_file.parse(text, "c.yaml"))
        search, place = search_of(config), RunDir(tmp_path)
        known = (tmp_path / "journal.jsonl").is_file()
        journal = Journal.open(place) if known else Journal.create(place, {"search_sha256": "0" * 64})
        head, events, _ = journal.read()
        journal.check(head, events)
        folder = SearchDir(config, search, place, Ledger(search.direction))
        replay = replayed(Listed(listed), folder.ledger, events, folder.key)
        found = Schedule(folder, journal, replay, stacking, lambda entry, error: None, notes.append)
        found.fail = lambda entry, error: setattr(entry, "status", "failed")
        found.begin_again(events)
        return found

    return begun


def numbers(work: Work | None) -> list[int]:
    assert work is not None
    return [task.number for task in work.tasks]


def all_works(schedule: Schedule) -> list[list[int]]:
    """What workers take until the schedule waits or ends."""
    found = []
    while (work := schedule.next()) is not None:
        schedule.start(work)
        found.append(numbers(work))
    return found


def tell(schedule: Schedule, *trials: int) -> None:
    """Let trials end with a score."""
    for number in trials:
        entry = schedule.folder.ledger.entries[number]
        entry.status, entry.score, entry.epochs, entry.trained = "done", 0.5, 4, 4
        schedule.replay.tell(entry)
        for task in list(schedule.taken):
            if task // schedule.trainings == number:
                schedule.end(task)
        schedule.running.pop(number, None)
        outcome = {"status": "done", "score": 0.5, "spread": None, "epochs": 4, "trained": 4, "seconds": 1.0}
        schedule.journal.later({"event": "tell", "trial": number, **outcome, "message": ""})


def test_trials_of_one_architecture_are_one_program(begin: Begin) -> None:
    schedule = begin(proposals(*SIZES))
    first = schedule.next()
    assert isinstance(first, Stack) and numbers(first) == [0, 1, 3] and first.key == "stack-1"
    assert [task.folder.rpartition("/")[2] for task in first.tasks] == ["trial-001", "trial-002", "trial-004"]
    schedule.start(first)
    assert all_works(schedule) == [[2, 4], [5]]
    assert schedule.ending == "the list is at its end after 6 trials"


def test_without_stacks_each_trial_is_asked_for_alone(begin: Begin) -> None:
    schedule = begin(proposals(*SIZES), stacking=False)
    assert numbers(schedule.next()) == [0] and len(schedule.folder.ledger.entries) == 1
    assert all_works(schedule) == [[1], [2], [3], [4], [5]]


def test_repeats_are_one_program_whatever_the_engine(begin: Begin) -> None:
    schedule = begin(proposals(8, 8), engine="TPE", repeats=3)
    assert numbers(schedule.next()) == [0, 1, 2] and len(schedule.folder.ledger.entries) == 1


def test_a_config_that_cannot_be_stacked_is_named_once(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "stack_obstacle", lambda experiment: "`Conv2D`")
    schedule = begin(proposals(*SIZES))
    notes: list[str] = []
    schedule.note = notes.append
    assert all_works(schedule) == [[0], [1], [2], [3], [4], [5]]
    assert notes == ["note: trials are trained one after another, because of `Conv2D`"]


@pytest.mark.parametrize("cut", range(12))
def test_a_search_that_was_killed_plans_the_same_stacks(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    """Whichever event was the last one on the disk."""
    monkeypatch.setattr(schedules, "WINDOW", 4)
    schedule = begin(proposals(*SIZES))
    expected = all_works(schedule)
    assert expected == [[0, 1, 3], [2], [4], [5]]
    tell(schedule, 0, 1)
    schedule.journal.add()
    lines = (tmp_path / "journal.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "journal.jsonl").write_text("".join(lines[: cut + 1]))
    again = begin(proposals(*SIZES))
    assert all_works(again) == expected
    told = [json.loads(line)["trial"] for line in lines[1 : cut + 1] if '"tell"' in line]
    assert sorted(again.running) == [number for number in range(6) if number not in told]


def test_what_has_ended_is_not_planned_again_but_with_others_of_its_stack(begin: Begin) -> None:
    schedule = begin(proposals(*SIZES))
    all_works(schedule)
    tell(schedule, 2, 4, 0)
    schedule.journal.add()
    again = begin(proposals(*SIZES))
    stack = again.next()
    assert numbers(stack) == [0, 1, 3] and stack is not None
    assert again.start(stack) == [1, 3]
    assert all_works(again) == [[5]]


def test_a_round_is_told_before_the_next_one_is_asked_for(begin: Begin) -> None:
    first = proposals(8, 8, 8, epochs=2)
    schedule = begin([*first, ..., *proposals(8, 8, epochs=4, parent=1)], engine="{Hyperband: {max_epochs: 4}}")
    assert all_works(schedule) == [[0, 1, 2]]
    tell(schedule, 0, 2)
    assert schedule.next() is None and not schedule.ending
    tell(schedule, 1)
    (children,) = all_works(schedule)
    assert children == [3, 4]


def test_a_stack_that_is_refused_is_trained_one_after_another(begin: Begin) -> None:
    schedule = begin(proposals(*SIZES))
    stack = schedule.next()
    assert isinstance(stack, Stack)
    schedule.start(stack)
    schedule.apart(stack, "the size of a step")
    assert all_works(schedule) == [[0], [1], [3], [2, 4], [5]]
    assert all_works(begin(proposals(*SIZES))) == [[0], [1], [3], [2, 4], [5]]


def test_a_lost_stack_is_planned_as_a_whole(begin: Begin) -> None:
    schedule = begin(proposals(8, 8, 4))
    stack = schedule.next()
    assert stack is not None
    schedule.start(stack)
    assert schedule.end(0) is None and schedule.end(1) is stack
    schedule.again(stack)
    assert schedule.running[0].waiting == {0} and all_works(schedule) == [[0, 1], [2]]


def test_trials_that_the_epochs_do_not_suffice_for_wait(begin: Begin) -> None:
    schedule = begin(proposals(8, 8, 8), max_epochs_total=9)
    assert all_works(schedule) == [[0, 1]]
    tell(schedule, 0, 1)
    assert schedule.next() is None and schedule.limit == "max_epochs_total"
    assert schedule.ending == "8 of 9 epochs are spent, and the next trial would train 4"


def test_values_that_make_no_config_end_a_trial_alone(begin: Begin) -> None:
    values: list[Values] = [{UNITS: 8}, {"model.9.Dense.units": 4}, {UNITS: 8, RATE: 1.0}]
    schedule = begin([Proposal(each) for each in values])
    assert all_works(schedule) == [[0, 2]]
    assert schedule.folder.ledger.entries[1].status == "failed" and 1 not in schedule.running


def test_a_journal_with_trainings_that_were_not_proposed_is_refused(begin: Begin) -> None:
    begin(proposals(8)).journal.add({"event": "stacks", "stacks": [[0, 7]]})
    with pytest.raises(NNTrainError, match="names trainings that were not proposed before"):
        begin(proposals(8))
