"""What TensorFlow computes on when it is more than one device: `--devices` and `--workers` as a strategy.

It must be made before TensorFlow computes anything.
"""

import hashlib
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from nntrain import __version__
from nntrain.errors import ConfigError, DataError, NNTrainError
from nntrain.training.checkpoint import decode_state, encode_state
from nntrain.training.state import State
from nntrain.training.workers.cluster import Cluster, Team

_LOSSES = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
)


@dataclass(frozen=True)
class Distribution:
    """A strategy, and with `--workers` the team that trains by it."""

    strategy: Any
    team: Team | None = None

    @property
    def replicas(self) -> int:
        """On how many devices each batch is trained, those of all workers together."""
        return int(self.strategy.num_replicas_in_sync)

    @property
    def writes(self) -> bool:
        """Whether this process writes the run directory."""
        return self.team is None or self.team.cluster.is_chief

    @property
    def workers(self) -> int:
        """How many processes train."""
        return 1 if self.team is None else len(self.team.cluster.addresses)

    @property
    def shared(self) -> str:
        """What shares every batch, in words."""
        if self.team is not None:
            return f"{self.workers} workers share every batch, on {self.replicas} devices"
        if any("GPU" in device for device in self.strategy.extended.worker_devices):
            return f"{self.replicas} GPUs share every batch"
        return f"{self.replicas} logical devices of the CPU share every batch, which is no faster than one"

    def agree(self, decisions: tuple[int, ...], request: int) -> tuple[list[int], int]:
        """The chief's decisions, and the request of any of the workers."""
        return (list(decisions), request) if self.team is None else self.team.agree(decisions, request)

    def finish(self) -> None:
        """The training has ended: no other worker is needed, and none is lost any more."""
        if self.team is not None:
            self.team.finish()

    @contextmanager
    def scope(self) -> Iterator[None]:
        """While it lasts, a variable has a copy on each device, which this device's replica writes and no other.

        Keras would have the copies of a metric differ, and add them up at every look: what is the same everywhere can
        be saved by one worker alone.
        """
        with self.noticing(), self.strategy.scope(), tf.variable_creator_scope(_mirrored):
            yield

    @contextmanager
    def noticing(self) -> Iterator[None]:
        """While it lasts, TensorFlow's error at the loss of a worker becomes WorkerLost."""
        try:
            yield
        except tf.errors.OpError as error:
            if self.team is None or not (isinstance(error, _LOSSES) or "Collective ops is aborted" in error.message):
                raise
            raise self.team.lost() from None

    def share(self, experiment: str, data: str, state: State | None) -> State | None:
        """The chief's state, at every worker. Raises when another worker has other data or another experiment."""
        if self.team is None:
            return state
        facts = {"experiment": hashlib.sha256(experiment.encode()).hexdigest(), "data": data}
        if self.team.cluster.is_chief:
            self.team.tell(json.dumps({**facts, "resumed": state is not None}).encode())
            self.team.tell(b"" if state is None else encode_state(state))
            self.team.agree((), 0)  # all are ready
            return state
        told, content = json.loads(self.team.hear()), self.team.hear()
        if told["experiment"] != facts["experiment"]:
            raise ConfigError("this worker has another config than the chief", help="give all workers the same command")
        if told["data"] != facts["data"]:
            raise DataError("this worker has other data than the chief", help="copy the chief's data to every machine")
        found = decode_state(content) if told["resumed"] else None
        self.team.agree((), 0)
        return found


def _mirrored(make: Callable[..., Any], **options: Any) -> Any:
    options["synchronization"] = tf.VariableSynchronization.ON_WRITE
    options["aggregation"] = tf.VariableAggregation.NONE
    return make(**options)


def over_devices(count: int, device: str) -> Distribution:
    """This machine's first `count` GPUs, or so many logical CPU devices where there is no GPU.

    Raises NNTrainError when there are too few GPUs.
    """
    gpus = tf.config.get_visible_devices("GPU")
    if gpus or device == "gpu":
        if len(gpus) < count:
            help = "ask for fewer, or use `--device cpu`"
            raise NNTrainError(f"`--devices {count}` needs {count} GPUs, TensorFlow finds {len(gpus)}", help=help)
        return Distribution(tf.distribute.MirroredStrategy([f"GPU:{index}" for index in range(count)]))
    cpu = tf.config.get_visible_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
    return Distribution(tf.distribute.MirroredStrategy([f"CPU:{index}" for index in range(count)]))


def over_workers(cluster: Cluster, command: str) -> Distribution:
    """All devices of all workers. Raises NNTrainError when a worker does not come, or cannot be talked to."""
    team = Team.meet(cluster, {"nntrain": __version__, "tensorflow": tf.__version__, "command": command})
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(cluster.addresses)}),
        task_type="worker",
        task_id=cluster.index,
        rpc_layer="grpc",
    )
    before = signal.getsignal(signal.SIGTERM)
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    except (tf.errors.OpError, RuntimeError) as error:
        raise NNTrainError(f"TensorFlow cannot join the workers: {error}", help="see its log with `-v`") from None
    signal.signal(signal.SIGTERM, before)  # TensorFlow has taken it, and would not end
    return Distribution(strategy, team)
