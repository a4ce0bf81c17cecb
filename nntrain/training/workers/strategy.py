"""The options `--devices` and `--workers` as a strategy of TensorFlow, which must be made before it computes."""

import hashlib
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from nntrain import __version__
from nntrain.config import plugin
from nntrain.errors import ConfigError, DataError, NNTrainError
from nntrain.training.checkpoint import decode_state, encode_state
from nntrain.training.state import State
from nntrain.training.workers.cluster import Cluster
from nntrain.training.workers.team import Team

_LOSSES = (tf.errors.UNAVAILABLE, tf.errors.ABORTED, tf.errors.CANCELLED, tf.errors.DEADLINE_EXCEEDED)


@dataclass(frozen=True)
class Distribution:
    """A strategy of TensorFlow, and with `--workers` the team of processes."""

    strategy: Any
    team: Team | None = None

    @property
    def replicas(self) -> int:
        """The number of devices that share each batch, over all workers."""
        return int(self.strategy.num_replicas_in_sync)

    @property
    def writes(self) -> bool:
        """Whether this process writes the run directory."""
        return self.team is None or self.team.cluster.is_chief

    @property
    def workers(self) -> int:
        """The number of processes that train."""
        return 1 if self.team is None else len(self.team.cluster.addresses)

    @property
    def shared(self) -> str:
        """A description of the devices that share every batch."""
        if self.team is not None:
            return f"{self.workers} workers share every batch, on {self.replicas} devices"
        if any("GPU" in device for device in self.strategy.extended.worker_devices):
            return f"{self.replicas} GPUs share every batch"
        return f"{self.replicas} logical devices of the CPU share every batch, which is no faster than one"

    def agree(self, decisions: tuple[int, ...], request: int) -> tuple[list[int], int]:
        """Return the chief's decisions, and the first request of any worker."""
        return (list(decisions), request) if self.team is None else self.team.agree(decisions, request)

    def finish(self) -> None:
        """End the training: from here on a worker that leaves is not lost."""
        if self.team is not None:
            self.team.finish()

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Place a copy of each variable made in the block on every device, written by the replica there.

        With Keras's own setting, the copies of a metric differ and are summed when they are read. Here all copies are
        equal, so one worker can save them.
        """
        with self.noticing(), self.strategy.scope(), tf.variable_creator_scope(_mirrored):
            yield

    @contextmanager
    def noticing(self) -> Iterator[None]:
        """Turn TensorFlow's error after the loss of a worker into WorkerLost."""
        try:
            yield
        except tf.errors.OpError as error:
            if self.team is None or not (error.error_code in _LOSSES or "Collective ops is aborted" in error.message):
                raise
            raise self.team.lost() from None

    def share(self, experiment: str, data: str, state: State | None) -> State | None:
        """Return the chief's state; raises when the data or the experiment of this worker differ from the chief's."""
        if self.team is None:
            return state
        own = "".join(each.file.sha256 for each in plugin.in_use())  # the content of plug-ins must be equal too
        mine = {"experiment": hashlib.sha256(f"{experiment}{own}".encode()).hexdigest(), "data": data}
        if self.team.cluster.is_chief:
            self.team.broadcast(json.dumps({**mine, "resumed": state is not None}).encode())
            self.team.broadcast(b"" if state is None else encode_state(state))
            self.team.agree((), 0)  # all are ready
            return state
        chief, content = json.loads(self.team.receive()), self.team.receive()
        if chief["experiment"] != mine["experiment"]:
            raise ConfigError("this worker has another config than the chief", help="give all workers the same command")
        if chief["data"] != mine["data"]:
            raise DataError("this worker has other data than the chief", help="copy the chief's data to every machine")
        found = decode_state(content) if chief["resumed"] else None
        self.team.agree((), 0)
        return found


def _mirrored(make: Callable[..., Any], **options: Any) -> Any:
    options["synchronization"] = tf.VariableSynchronization.ON_WRITE
    options["aggregation"] = tf.VariableAggregation.NONE
    return make(**options)


def over_devices(count: int, device: str) -> Distribution:
    """Return `count` GPUs, or logical devices of the CPU where there are none; raises NNTrainError for too few."""
    gpus = tf.config.get_visible_devices("GPU")
    if gpus or device == "gpu":
        if len(gpus) < count:
            help = "ask for fewer, or use `--device cpu`"
            raise NNTrainError(f"`--devices {count}` needs {count} GPUs, TensorFlow finds {len(gpus)}", help=help)
        return Distribution(tf.distribute.MirroredStrategy([f"GPU:{index}" for index in range(count)]))
    cpu = tf.config.get_visible_devices("CPU")[0]
    try:
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
    except RuntimeError:  # it computes already, as in a notebook
        if len(tf.config.list_logical_devices("CPU")) < count:
            message = f"TensorFlow computes already, so its CPU cannot become {count} logical devices"
            help = f"restart Python and ask for `devices={count}` before anything else"
            raise NNTrainError(message, help=help) from None
    return Distribution(tf.distribute.MirroredStrategy([f"CPU:{index}" for index in range(count)]))


def over_workers(cluster: Cluster, command: str) -> Distribution:
    """Return all devices of all workers; raises NNTrainError when a worker does not connect."""
    team = Team.join(cluster, {"nntrain": __version__, "tensorflow": tf.__version__, "command": command})
    servers, resolvers = tf.train.ClusterSpec({"worker": list(cluster.addresses)}), tf.distribute.cluster_resolver
    resolver = resolvers.SimpleClusterResolver(servers, task_type="worker", task_id=cluster.index, rpc_layer="grpc")
    before = signal.getsignal(signal.SIGTERM)
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    except (tf.errors.OpError, RuntimeError) as error:
        raise NNTrainError(f"TensorFlow cannot join the workers: {error}", help="see its log with `-v`") from None
    signal.signal(signal.SIGTERM, before)  # TensorFlow has set a handler that does not end the process
    return Distribution(strategy, team)
