"""What `nntrain watch` shows of a real search."""

import json
from typing import Any

from nntrain.search.watching import look
from nntrain.storage.run_dir import RunDir


def test_a_search_that_has_ended_is_shown_once(finished: Any) -> None:
    found = look(RunDir(finished.place))
    assert found.is_over
    lines = found.lines(80, 24, True)
    best = finished.summary["best"]
    assert lines[0].startswith("net, 4 of 4 trials")
    assert "val_accuracy, best so far (dots: each trial)" in lines
    assert any(line.startswith(f"{best['run']} best") and f"{best['score']:.4f}" in line for line in lines)
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in found.news[:4]] == [f"trial-00{n}" for n in (1, 2, 3, 4)]


def test_a_running_search_says_so(finished: Any) -> None:
    directory = RunDir(finished.place)
    with directory.locked():
        found = look(directory)
        assert not found.is_over
        assert found.lines(80, 24, True)[0].startswith("net, running, ")


def test_trials_of_a_stack_are_shown_before_one_of_them_has_ended(finished: Any) -> None:
    directory = RunDir(finished.place)
    journal = finished.place / "journal.jsonl"
    head, *events = journal.read_text().splitlines()
    begun = [line for line in events if json.loads(line)["event"] == "ask"]
    stack: list[dict[str, Any]] = [{"event": "stacks", "stacks": [[0, 1, 2, 3]]}]
    stack += [{"event": "start", "trial": n, "task": n, "spent": 0.1} for n in range(4)]
    journal.write_text("\n".join([head, *begun, *map(json.dumps, stack), ""]))
    with directory.locked():
        found = look(directory)
        lines = found.lines(80, 24, True)
        assert lines[:2] == ["net, running, 0 of 4 trials", "4 trials as one program, epoch 3/3"]
        assert lines[2] == "val_accuracy, best of the running trials (dots: mean)"
        assert sum(line.startswith("trial-00") and " running" in line for line in lines) == 4
        assert found.heads[1] == lines[1] and found.news == []
        for trial in range(1, 5):
            (finished.place / f"trial-00{trial}" / "metrics.csv").unlink()
        assert look(directory).heads[1] == "4 trials as one program, no epoch has ended yet"
        later = {"event": "stacks", "stacks": [[4, 5]]}  # of trials that were proposed between two looks at the journal
        journal.write_text("\n".join([head, *begun, *map(json.dumps, [*stack, later]), ""]))
        assert len(look(directory).heads) == 2
        apart = {"event": "apart", "tasks": [0, 1, 2, 3], "trials": [0, 1, 2, 3]}
        journal.write_text("\n".join([head, *begun, *map(json.dumps, [*stack, apart]), ""]))
        assert len(look(directory).heads) == 1
