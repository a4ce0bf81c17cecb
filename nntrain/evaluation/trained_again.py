"""A run trained again, to see its weights after each epoch: it has the same bits, so nothing had to be kept."""

from collections.abc import Mapping

import numpy as np

from nntrain.config.load import load
from nntrain.model.custom import Network
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.training import trainer
from nntrain.training.history import History
from nntrain.training.prepare import prepare
from nntrain.training.run_context import ALONE

Weights = list[np.ndarray]


class _Camera:
    """A watcher that keeps the weights before the first epoch and after some of the others."""

    def __init__(self, model: Network, most: int) -> None:
        self.model, self.most = model, most
        self.found: list[tuple[int, Weights]] = []

    def begin(self, epochs: int, steps: int) -> None:
        """Choose the epochs: the first ones are closer together, because a model changes most in them."""
        places = np.linspace(0, 1, self.most) ** 1.5 * epochs
        self.epochs_kept = {*range(epochs + 1)} if epochs < self.most else {*np.round(places).astype(int).tolist()}
        self._keep(0)

    def piece(self, epoch: int, step: int, metrics: Mapping[str, float]) -> None:
        """Nothing is kept within an epoch."""

    def epoch(self, row: Mapping[str, float]) -> None:
        """Keep the weights after an epoch that was chosen."""
        self._keep(int(row["epoch"]))

    def _keep(self, epoch: int) -> None:
        if epoch in self.epochs_kept:
            self.found.append((epoch, self.model.get_weights()))


def weights_by_epoch(run_dir: RunDir, most: int) -> list[tuple[int, Weights]]:
    """Return at most `most` pairs of an epoch, from 0, and the weights after it; raises what a training raises."""
    prepared = prepare(load(run_dir.file(run_files.RESOLVED)))
    camera = _Camera(prepared.model, most)
    job = trainer.make_job(prepared, trainer.make_scorer(prepared, ALONE), ALONE, camera, None)
    trainer.fit(job, History(), None, prepared.model, None)
    return camera.found
