"""What `nntrain watch` shows of a real search."""

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
