"""What is found under a name: a run, a group of runs, or a search of hyperparameters."""

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nntrain import backend
from nntrain.api import arguments
from nntrain.api.directory import Directory
from nntrain.api.run import Run
from nntrain.config.load import refuse_other_plugins
from nntrain.document import yaml_file
from nntrain.plugins.load import Given, used
from nntrain.storage import find_runs, run_files
from nntrain.storage.run_dir import RunDir

if TYPE_CHECKING:
    import pandas as pd


class Group(Directory):
    """A config that was trained for several seeds or folds: `fit(..., seeds=5)`."""

    @cached_property
    def runs(self) -> dict[str, Run]:
        """The runs that have ended, by name."""
        with used(self._plugins):
            return {name: Run(RunDir(self.path / name), self._device) for name in self.summary["runs"]}

    @cached_property
    def statistics(self) -> "pd.DataFrame":
        """Mean, standard deviation and 95 % interval of each metric: a row for each metric of each split."""
        import pandas as pd

        found = self.summary["statistics"]
        return pd.DataFrame(
            {(split, name): values for split, metrics in found.items() for name, values in metrics.items()}
        ).T

    def _remark(self) -> str:
        return f", {len(self.summary.get('runs', {}))} runs"

    def _numbers(self) -> "pd.DataFrame":
        return self.statistics


class Search(Directory):
    """A search of hyperparameters: `tune(...)`."""

    @cached_property
    def trials(self) -> "pd.DataFrame":
        """A row for each trial, as in trials.csv."""
        import io

        import pandas as pd

        return pd.read_csv(io.StringIO(self._directory.read_text(run_files.TRIALS)))

    @cached_property
    def best(self) -> dict[str, Any]:
        """The config of the best trial, as in best.yaml; `fit` takes it."""
        file = self._directory.file(run_files.BEST)
        tree: dict[str, Any] = yaml_file.read(file).tree
        return tree

    def _remark(self) -> str:
        best = self.summary.get("best") or {}
        return f", best {self.summary.get('objective')} {best['score']:.4g}" if "score" in best else ""

    def _numbers(self) -> "pd.DataFrame":
        return self.trials


def load(
    run: str | os.PathLike[str],
    runs_dir: str | os.PathLike[str] | None = None,
    *,
    plugin: Given = None,
    device: backend.Device = "auto",
) -> Any:
    """Return what is at a path, or has this name in `runs_dir`: a `Run`, a `Group` or a `Search`.

    plugin: the file of own classes that it was trained with, or several. device: what its model computes on. Raises
    ConfigError where nothing is, and for a run without a plug-in of its training.
    """
    found = find_runs.find(arguments.folder(runs_dir), arguments.path_of("run", run, "the name or the path of a run"))
    with used(plugin):
        if isinstance(found, find_runs.Search):
            return Search(found)
        if isinstance(found, find_runs.Group):
            return Group(found, device)
        refuse_other_plugins(found)
        return Run(found, device)
