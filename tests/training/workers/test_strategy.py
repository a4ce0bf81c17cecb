"""What workers tell each other before a training, and which of TensorFlow's errors are the loss of a worker."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from nntrain.errors import ConfigError, DataError, NNTrainError, WorkerLost
from nntrain.training.state import State
from nntrain.training.workers import strategy
from nntrain.training.workers.cluster import Cluster, Team
from nntrain.training.workers.strategy import Distribution

STATE = State({"position": {"epoch": 3}}, {"weights": np.arange(4, dtype="float32")})
LOSS = tf.errors.UnavailableError(None, None, "Connection reset by peer")


@pytest.fixture(autouse=True)
def forgotten_teams(monkeypatch: pytest.MonkeyPatch) -> None:
    """A team that a test has met is none of this process: `main` would end it as a worker's."""
    monkeypatch.setattr(Team, "met", False)


@pytest.fixture
def workers() -> Iterator[tuple[Distribution, Distribution]]:
    """The chief and another worker, each with its team and no strategy."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        addresses = tuple(f"127.0.0.1:{each.getsockname()[1]}" for each in taken)
    with ThreadPoolExecutor(2) as pool:
        chief, other = pool.map(lambda index: Team.meet(Cluster(addresses, index), {}), range(2))
    yield Distribution(None, chief), Distribution(None, other)
    chief.close()
    other.close()


def shared(workers: tuple[Distribution, Distribution], other: tuple[str, str], state: State | None) -> list[Any]:
    """What `share` gives or raises at the chief and at a worker with this experiment and these data."""

    def share(distribution: Distribution, experiment: str, data: str, state: State | None) -> Any:
        try:
            return distribution.share(experiment, data, state)
        except NNTrainError as error:
            if distribution.team is not None:
                distribution.team.close()
            return error

    with ThreadPoolExecutor(2) as pool:
        chief = pool.submit(share, workers[0], "model: a", "1234", state)
        follower = pool.submit(share, workers[1], *other, None)
        return [chief.result(), follower.result()]


def test_every_worker_goes_on_from_the_state_of_the_chief(workers: tuple[Distribution, Distribution]) -> None:
    chief, follower = shared(workers, ("model: a", "1234"), STATE)
    assert chief is STATE
    assert follower.schema == STATE.schema
    assert np.array_equal(follower.arrays["weights"], STATE.arrays["weights"])


def test_without_a_state_all_begin_at_the_start(workers: tuple[Distribution, Distribution]) -> None:
    assert shared(workers, ("model: a", "1234"), None) == [None, None]


@pytest.mark.parametrize(
    ("other", "kind", "told"),
    [
        (("model: b", "1234"), ConfigError, "this worker has another config than the chief"),
        (("model: a", "5678"), DataError, "this worker has other data than the chief"),
    ],
)
def test_a_worker_with_something_else_ends_and_so_does_the_chief(
    workers: tuple[Distribution, Distribution], other: tuple[str, str], kind: type[NNTrainError], told: str
) -> None:
    chief, follower = shared(workers, other, STATE)
    assert isinstance(follower, kind) and follower.problems[0].message == told
    assert isinstance(chief, WorkerLost)


def test_the_loss_of_a_worker_is_told_by_its_name(workers: tuple[Distribution, Distribution]) -> None:
    chief, other = workers
    assert other.team is not None
    other.team.close()
    for error in (LOSS, tf.errors.InternalError(None, None, "Collective ops is aborted by: Connection reset by peer")):
        with pytest.raises(WorkerLost, match=r"worker 1 \(127.0.0.1:[0-9]+\) is gone"), chief.noticing():
            raise error


def test_another_error_of_tensorflow_is_none_of_a_worker(workers: tuple[Distribution, Distribution]) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError), workers[0].noticing():
        raise tf.errors.InvalidArgumentError(None, None, "shapes differ")
    with pytest.raises(tf.errors.UnavailableError), Distribution(None).noticing():
        raise LOSS


def test_one_process_has_nobody_to_ask() -> None:
    alone = Distribution(None)
    assert alone.writes and alone.workers == 1
    assert alone.agree((3, 0), 15) == ([3, 0], 15)
    assert alone.share("model: a", "1234", STATE) is STATE
    alone.finish()


def test_too_few_gpus_are_told() -> None:
    found = len(tf.config.get_visible_devices("GPU"))
    with pytest.raises(NNTrainError, match=f"`--devices 900` needs 900 GPUs, TensorFlow finds {found}") as raised:
        strategy.over_devices(900, "gpu")
    assert raised.value.problems[0].help == "ask for fewer, or use `--device cpu`"
