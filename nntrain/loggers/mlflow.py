"""Runs of MLflow, in a database beside the runs or on a server."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator

from nntrain.config.loggers import Logger
from nntrain.config.messages import problem
from nntrain.config.value_types import Text, omitted
from nntrain.storage import run_files
from nntrain.storage.lock import locked

if TYPE_CHECKING:
    from nntrain.runs.logs import Epoch, LoggedRun, Results

KEY = "nntrain.run_key"  # the tag by which a resumed run finds its own
ADDRESS = "MLFLOW_TRACKING_URI"
DATABASES = ("sqlite:", "postgresql:", "postgresql+", "mysql:", "mysql+", "mssql:", "mssql+")
SERVERS = ("http:", "https:", "databricks")
MOST_VALUES = 1000  # of one call, as MLflow allows
MOST_PARAMETERS = 100
# Nothing is reported to MLflow's authors, and a server that is gone stops a training for seconds, not for minutes.
ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "GIT_PYTHON_REFRESH": "quiet",
}


def _address(value: str) -> str:
    if not value.startswith((*DATABASES, *SERVERS)):
        help = "write `sqlite:///mlflow.db`, or the address of a server such as `http://127.0.0.1:5000`"
        raise problem(f"`tracking_uri` must be a database or a server, got `{value}`", help)
    return value


class Options(Logger):
    """A run of MLflow in `mlflow.db` beside the runs: `mlflow ui --backend-store-uri sqlite:///runs/mlflow.db`."""

    spelling: ClassVar = "mlflow"
    aliases: ClassVar = ("MLflow",)
    packages: ClassVar = ("mlflow",)
    tracking_uri: Annotated[Text, AfterValidator(_address)] = omitted
    experiment: Text = "nntrain"


def start(options: Options, run: "LoggedRun") -> "TrackedRun":
    """Return the log of a run, the one that MLflow has already if it is resumed. Raises MLflow's exceptions."""
    os.environ.update({name: value for name, value in ENVIRONMENT.items() if name not in os.environ})
    own = f"sqlite:///{(run.runs / run_files.MLFLOW).absolute()}"
    return TrackedRun(options.tracking_uri or os.environ.get(ADDRESS) or own, options.experiment, run)


class TrackedRun:
    """A run of MLflow: settings are its parameters, and each number of an epoch a metric at that step."""

    def __init__(self, address: str, experiment: str, run: "LoggedRun") -> None:
        from mlflow import MlflowClient

        with _quiet(), _alone(address, run):
            self.client = MlflowClient(tracking_uri=address)
            place = self._experiment(experiment, run)
            found = self.client.search_runs([place], f"tags.`{KEY}` = '{run.key}'", max_results=1)
            if found:
                self.id = found[0].info.run_id
                self.client.update_run(self.id, status="RUNNING")
            else:
                tags = {KEY: run.key, "nntrain.directory": str(run.path.absolute())}
                self.id = self.client.create_run(place, tags=tags, run_name=run.name).info.run_id
                self._write_settings(run.settings)
            steps = (value.step for value in self.client.get_metric_history(self.id, "loss"))
            self.logged = max(steps, default=0)

    def _experiment(self, name: str, run: "LoggedRun") -> str:
        found = self.client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        where = run.runs.absolute() / run_files.MLFLOW_FILES
        is_own = str(self.client.tracking_uri).startswith(DATABASES)
        return str(self.client.create_experiment(name, where.as_uri() if is_own else None))

    def _write_settings(self, settings: Mapping[str, Any]) -> None:
        from mlflow.entities import Param

        known = [Param(name, str(value)[:500]) for name, value in settings.items() if value is not None]
        for first in range(0, len(known), MOST_PARAMETERS):
            self.client.log_batch(self.id, params=known[first : first + MOST_PARAMETERS])

    def epochs(self, epochs: "Sequence[Epoch]") -> None:
        """Write a metric for each number of each epoch, whose step is the epoch."""
        from mlflow.entities import Metric

        values = [
            Metric(name, float(value), int(1000 * epoch.seconds), int(epoch.row["epoch"]))
            for epoch in epochs
            for name, value in epoch.row.items()
            if name != "epoch"
        ]
        for first in range(0, len(values), MOST_VALUES):
            self.client.log_batch(self.id, metrics=values[first : first + MOST_VALUES])

    def end(self, results: "Results") -> None:
        """Write the metrics of the kept model on each split, and how the run ended."""
        from mlflow.entities import Metric

        last = int(1000 * results.seconds)
        values = [
            Metric(f"final_{split}_{name}", float(value), last, 0)
            for split, metrics in results.metrics.items()
            for name, value in metrics.items()
        ]
        self.client.log_batch(self.id, metrics=values)
        killed = results.exit_status >= 128
        self.client.set_terminated(self.id, "KILLED" if killed else "FAILED" if results.exit_status else "FINISHED")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what MLflow and the makers of its tables say of their progress off the terminal."""
    import logging

    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _alone(address: str, run: "LoggedRun") -> Any:
    """Return a lock for the time in which a database file is made: of several processes at once, all but one fail."""
    return locked(run.runs, wait=True) if address.startswith("sqlite:") else nullcontext()
