"""Which executor a command asks for."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from nntrain.backend import Device
from nntrain.config.load import Config
from nntrain.errors import ConfigError


@dataclass(frozen=True)
class Workers:
    """How many trials at once, and where: in processes of this machine, or on the Ray cluster at `address`."""

    count: int = 1
    executor: Literal["processes", "ray"] = "processes"
    address: str | None = None

    def start(self, config: Config, device: Device, verbose: bool) -> Any:
        """The workers, which load TensorFlow while this process does. Raises ConfigError for what cannot be."""
        if self.count < 1:
            raise ConfigError(f"`--workers` must be 1 or more, got `{self.count}`", help="write `--workers 2`")
        threads = config.experiment.train.threads or 1
        if self.executor == "ray":
            from nntrain.search.executors.ray_cluster import RayCluster

            return RayCluster(self.count, self.address, device, verbose, threads)
        if self.address is not None:
            raise ConfigError("`--address` is that of a Ray cluster", help="add `--executor ray`")
        from nntrain.search.executors.process_pool import ProcessPool

        return ProcessPool(self.count, device, verbose, threads)

    def only_one(self) -> "Workers":
        """The same with one trial at once."""
        return replace(self, count=1)
