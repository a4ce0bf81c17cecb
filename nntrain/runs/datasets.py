"""Data sets that several trainings of one process read: each is read once."""

import json

from nntrain.config.load import Config
from nntrain.config.named import to_tree
from nntrain.data import dataset
from nntrain.data.dataset import Dataset


class Datasets:
    """The latest data sets, by the section `data` of their configs. most: how many of them stay in memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._read: dict[str, Dataset] = {}

    def of(self, config: Config) -> Dataset:
        """Return the data of a config; raises as `load_data` does."""
        key = json.dumps(to_tree(config.experiment.data), sort_keys=True)
        if key not in self._read:
            while len(self._read) >= self._most:
                del self._read[next(iter(self._read))]
            self._read[key] = dataset.load_data(config)
        return self._read[key]
