"""What workers compare before a training, and which of TensorFlow's errors mean the loss of a worker."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from nntrain.errors import ConfigError, DataError, NNTrainError, WorkerLost
from nntrain.training.state import State
from nntrain.training.workers import strategy
from nntrain.training.workers.strategy import Distribution
from nntrain.training.workers.team import Team

pytestmark = pytest.mark.quick

STATE = State({"position": {"epoch": 3}}, {"weights": np.arange(4, dtype="float32")})
LOSS = tf.errors.UnavailableError(None, None, "Connection reset by peer")


@pytest.fixture
def workers(teams: tuple[Team, Team]) -> tuple[Distribution, Distribution]:
    """The chief and another worker, each with its team and no strategy."""
    return Distribution(None, teams[0]), Distribution(None, teams[1])


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


def test_every_worker_begins_with_the_state_of_the_chief(workers: tuple[Distribution, Distribution]) -> None:
    chief, follower = shared(workers, ("model: a", "1234"), STATE)
    assert chief is STATE
    assert follower.facts == STATE.facts
    assert np.array_equal(follower.arrays["weights"], STATE.arrays["weights"])


def test_without_a_state_all_begin_at_the_start(workers: tuple[Distribution, Distribution]) -> None:
    assert shared(workers, ("model: a", "1234"), None) == [None, None]


@pytest.mark.parametrize(
    ("other", "kind", "message"),
    [
        (("model: b", "1234"), ConfigError, "this worker has another config than the chief"),
        (("model: a", "5678"), DataError, "this worker has other data than the chief"),
    ],
)
def test_a_worker_with_something_else_ends_and_so_does_the_chief(
    workers: tuple[Distribution, Distribution], other: tuple[str, str], kind: type[NNTrainError], message: str
) -> None:
    chief, follower = shared(workers, other, STATE)
    assert isinstance(follower, kind) and follower.problems[0].message == message
    assert isinstance(chief, WorkerLost)


def test_the_loss_of_a_worker_names_it(workers: tuple[Distribution, Distribution]) -> None:
    chief, other = workers
    assert other.team is not None
    other.team.close()
    for error in (LOSS, tf.errors.InternalError(None, None, "Collective ops is aborted by: Connection reset by peer")):
        with pytest.raises(WorkerLost, match=r"worker 1 \(127.0.0.1:[0-9]+\) is gone"), chief.noticing():
            raise error


def test_another_error_of_tensorflow_stays(workers: tuple[Distribution, Distribution]) -> None:
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


def test_too_few_gpus_are_an_error() -> None:
    found = len(tf.config.get_visible_devices("GPU"))
    with pytest.raises(NNTrainError, match=f"`--devices 900` needs 900 GPUs, TensorFlow finds {found}") as raised:
        strategy.over_devices(900, "gpu")
    assert raised.value.problems[0].help == "ask for fewer, or use `--device cpu`"
