import hashlib
import io
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from nntrain.errors import NNTrainError
from nntrain.training import checkpoint
from nntrain.training.checkpoint import MAGIC, Pace, Store
from nntrain.training.state import State

pytestmark = pytest.mark.quick


def state(number: int) -> State:
    return State({"number": number}, {"model.0": np.full((3, 2), number, "float32")})


def store(folder: Path, key: str = "this run") -> Store:
    return Store(folder / "checkpoint", key)


def saved(folder: Path, count: int) -> Store:
    kept = store(folder)
    for number in range(1, count + 1):
        kept.save(state(number))
    return kept


def newest(folder: Path) -> Path:
    return max((folder / "checkpoint").glob("*.ckpt"), key=lambda path: path.stat().st_mtime_ns)


def number_found(folder: Path) -> tuple[int, tuple[str, ...]]:
    found = store(folder).load()
    assert found is not None
    return found.state.facts["number"], found.complaints


def test_the_newest_state_comes_back_bit_for_bit(tmp_path: Path) -> None:
    saved(tmp_path, 3)
    found = store(tmp_path).load()
    assert found is not None
    assert found.state.facts == {"number": 3}
    assert found.state.arrays["model.0"].tobytes() == state(3).arrays["model.0"].tobytes()
    assert found.complaints == ()


def test_two_generations_are_kept_and_no_temporary_file(tmp_path: Path) -> None:
    saved(tmp_path, 5)
    assert sorted(path.name for path in (tmp_path / "checkpoint").iterdir()) == ["a.ckpt", "b.ckpt"]


def test_after_a_load_the_older_generation_is_overwritten_first(tmp_path: Path) -> None:
    saved(tmp_path, 2)
    again = store(tmp_path)
    again.load()
    again.save(state(3))
    newest(tmp_path).unlink()
    assert number_found(tmp_path)[0] == 2


def test_without_a_checkpoint_there_is_nothing_to_load(tmp_path: Path) -> None:
    assert store(tmp_path).load() is None


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_checkpoint_is_reported_and_the_older_one_used(tmp_path: Path, share: float) -> None:
    saved(tmp_path, 2)
    path = newest(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    number, complaints = number_found(tmp_path)
    assert number == 1
    assert len(complaints) == 1


def test_every_flipped_bit_is_found(tmp_path: Path) -> None:
    saved(tmp_path, 2)
    path = newest(tmp_path)
    data = path.read_bytes()
    for at in range(0, len(data), max(1, len(data) // 97)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        assert number_found(tmp_path)[0] == 1, at


def test_a_checkpoint_of_another_run_is_not_used(tmp_path: Path) -> None:
    saved(tmp_path, 1)
    with pytest.raises(NNTrainError, match="belongs to another run"):
        store(tmp_path, "other run").load()


def test_a_checkpoint_of_an_older_format_is_named_as_such(tmp_path: Path) -> None:
    saved(tmp_path, 1)
    path = newest(tmp_path)
    path.write_bytes(path.read_bytes().replace(MAGIC, MAGIC.replace(b"1", b"0"), 1))
    with pytest.raises(NNTrainError, match="was written by another version of nntrain"):
        store(tmp_path).load()


def test_when_both_generations_are_damaged_both_are_reported(tmp_path: Path) -> None:
    saved(tmp_path, 2)
    for path in (tmp_path / "checkpoint").glob("*.ckpt"):
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(NNTrainError) as caught:
        store(tmp_path).load()
    assert str(caught.value).count("is damaged: its SHA-256 differs") == 2


def test_zero_seconds_mean_the_end_of_every_epoch_and_no_other_time() -> None:
    pace = Pace(0)
    assert pace.is_due(end_of_epoch=True)
    assert not pace.is_due(end_of_epoch=False)


def test_a_dear_checkpoint_waits_until_it_is_a_twentieth_of_the_time() -> None:
    pace = Pace(0.001)
    pace.written(cost=1000.0)
    pace.last -= 10_000
    assert not pace.is_due(end_of_epoch=True)
    pace.last -= 10_001
    assert pace.is_due(end_of_epoch=True)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.mark.parametrize(("seconds", "cost"), [(30.0, 0.01), (30.0, 5.0), (1.0, 0.2), (0.001, 0.5)])
def test_checkpoints_cost_at_most_a_twentieth_of_the_time(
    monkeypatch: pytest.MonkeyPatch, seconds: float, cost: float
) -> None:
    """An hour in pieces of a quarter of a second, with an epoch at every tenth of them."""
    clock = Clock()
    monkeypatch.setattr(checkpoint, "time", clock)
    pace, written = Pace(seconds), []
    for piece in range(1, 4 * 3600):
        clock.now += 0.25
        if pace.is_due(end_of_epoch=piece % 10 == 0):
            clock.now += cost
            pace.written(cost)
            written.append(clock.now)
    later = [b - a - cost for a, b in itertools.pairwise(written)]
    assert len(written) * cost <= 0.05 * clock.now
    assert len(written) > 10 and min(later) >= max(seconds, 20 * cost) - 1e-6


def written(folder: Path, facts: object, arrays: dict[str, np.ndarray], compressed: bool = False) -> None:
    """A checkpoint with a right SHA-256, which anybody can compute."""
    payload = io.BytesIO()
    text = np.frombuffer(json.dumps(facts).encode(), "uint8")
    (np.savez_compressed if compressed else np.savez)(payload, facts=text, **arrays)
    content = payload.getvalue()
    (folder / "checkpoint").mkdir(exist_ok=True)
    digest = hashlib.sha256(content).hexdigest().encode()
    (folder / "checkpoint" / "a.ckpt").write_bytes(MAGIC + digest + b"\n" + content)


LABEL = {"run": "this run", "counter": 1}


@pytest.mark.parametrize(
    ("facts", "arrays", "compressed"),
    [
        ([], {}, False),
        ({}, {}, False),
        ({"label": LABEL, "facts": []}, {}, False),
        ({"label": {**LABEL, "counter": "1"}, "facts": {}}, {}, False),
        ({"label": {**LABEL, "counter": 10**30}, "facts": {}}, {}, False),
        ({"label": LABEL, "facts": {}}, {"a": np.array([1, "x"], object)}, False),
        ({"label": LABEL, "facts": {}}, {"a": np.zeros(10**7)}, True),
    ],
)
def test_a_checkpoint_that_no_training_writes_cannot_be_used(
    tmp_path: Path, facts: object, arrays: dict[str, np.ndarray], compressed: bool
) -> None:
    written(tmp_path, facts, arrays, compressed)
    with pytest.raises(NNTrainError, match="no checkpoint can be used: `.*a.ckpt` cannot be read"):
        store(tmp_path).load()


def test_a_file_that_is_larger_than_a_checkpoint_of_the_model_is_not_read(tmp_path: Path) -> None:
    saved(tmp_path, 2)
    with newest(tmp_path).open("r+b") as file:
        file.truncate(10**13)
    found = store(tmp_path).load(most_bytes=10**6)
    assert found is not None and found.state.facts == {"number": 1}
    assert "is larger than a checkpoint of this model" in found.complaints[0]


def test_a_linked_checkpoint_is_refused(tmp_path: Path) -> None:
    saved(tmp_path, 1)
    path = newest(tmp_path)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NNTrainError, match="is a symbolic link"):
        store(tmp_path).load()
