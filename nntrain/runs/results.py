"""The files of a training in its run directory: rows, model, metrics, summary."""

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nntrain.data.examples import Split
from nntrain.errors import Diverged, NNTrainError
from nntrain.model.build import described
from nntrain.progress import ProgressWatcher
from nntrain.runs import saved_model
from nntrain.runs.logs import Logs
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, json_ready
from nntrain.training import divergence
from nntrain.training.history import History, Row
from nntrain.training.job import Plan
from nntrain.training.prepare import Prepared
from nntrain.training.program_cache import copy_variables
from nntrain.training.scorer import Scorer
from nntrain.watching.follow import screen_of
from nntrain.watching.progress import SCREEN_SECONDS, Progress

ALL_DONE = "all epochs are done"  # why a training has ended that nothing else has ended
METRICS_SECONDS = 2.0  # metrics.csv is rewritten at most this often during training


class RowWriter(ProgressWatcher):
    """Shows a training, keeps metrics.csv up to date and tells the loggers.

    rows: those of the epochs before it was resumed.
    """

    def __init__(self, terminal: Terminal, run_dir: RunDir, rows: Iterable[Row], logs: Logs) -> None:
        super().__init__(terminal, str(run_dir))
        self.run_dir = run_dir
        self.logs = logs
        self.rows: list[Mapping[str, float]] = list(rows)
        self.written = time.monotonic()
        self.monitored = ("loss", "min")  # the column that decides, and which of its values is the best
        self.screen = screen_of(terminal) if terminal.curves else None
        self.is_drawn = self.screen is not None
        self.drawn = 0.0

    def begin(self, epochs: int, steps: int) -> None:
        """Start the bar, or the screen with the curves."""
        if self.screen is None:
            super().begin(epochs, steps)
        else:
            self.epochs, self.steps = epochs, steps
            self._draw()

    def _draw(self) -> None:
        if self.screen is not None:
            state = "running" if len(self.rows) < self.epochs else "done"
            progress = Progress(self.run_dir.path.name, state, self.rows, self.epochs, *self.monitored)
            self.screen.show(progress.lines)
            self.drawn = time.monotonic()

    def end(self) -> None:
        """Remove the bar; the curves stay."""
        super().end()
        if self.screen is not None:
            self._draw()
            self.screen.end()
            self.screen = None

    def piece(self, epoch: int, step: int, metrics: Mapping[str, float]) -> None:
        """Show the progress inside an epoch; raises NNTrainError when the run directory was removed."""
        self.run_dir.refuse_if_gone()
        super().piece(epoch, step, metrics)

    def epoch(self, row: Mapping[str, float]) -> None:
        """Show the epoch and write metrics.csv when it is due; raises NNTrainError as `piece` does."""
        self.run_dir.refuse_if_gone()
        super().epoch(row)
        self.rows.append(row)
        self.logs.epoch(dict(row))
        if time.monotonic() - self.drawn > SCREEN_SECONDS:
            self._draw()
        if time.monotonic() - self.written > METRICS_SECONDS:
            self.run_dir.write_rows(self.rows)
            self.written = time.monotonic()


@dataclass(frozen=True)
class FinishedTraining:
    """A training that ended, well or not, and the files that it leaves.

    The prepared model is saved, with the weights of the scorer's model. The two are the same unless the scorer reuses
    a compiled program. With `final`, the test split is scored, and with `verified` the written model is read back.
    Without `kept` no model is written.
    """

    run_dir: RunDir
    watcher: RowWriter
    prepared: Prepared
    scorer: Scorer
    history: History
    plan: Plan
    final: bool
    verified: bool = True
    kept: bool = True

    @property
    def terminal(self) -> Terminal:
        """Where the training is shown."""
        return self.watcher.terminal

    def write(self, ended: bool) -> dict[str, Any]:
        """Write every file and return the summary.

        A model is written only after a good epoch. A training that can still be resumed (not `ended`) has no metrics,
        and its test split is not scored. Raises NNTrainError where the model that was written is not the trained one.
        """
        metrics: dict[str, dict[str, float]] = {}
        if self.history.rows:
            self.run_dir.write_rows(self.history.rows)
            if self.prepared.data.validation is not None:
                self.scorer.choose_threshold(self.prepared.data.validation)
            if self.kept:
                self._save_model()
            if ended:
                metrics = self._metrics()
                for warning in divergence.warnings(metrics, self.prepared.data):
                    self.terminal.note(str(warning))
        summary = self._summary() | ({"metrics": metrics} if metrics else {})
        self.run_dir.write_json(run_files.SUMMARY, json_ready(summary))
        return summary

    def divergence(self, summary: dict[str, Any]) -> Diverged | None:
        """Return the error where the loss of the kept model on its own training rows is not finite, and write it down.

        The losses of the epochs do not show this of a last update. summary: what `write` returned.
        """
        loss = summary["metrics"]["train"]["loss"]
        if math.isfinite(loss):
            return None
        help = divergence.help_for(self.prepared.resolved, self.prepared.data.train)
        error = divergence.error(self.history.best_epoch, f"the loss on the training split is {loss} at its end", help)
        summary["stopped"] = self.history.reason = error.problems[0].message
        self.run_dir.write_json(run_files.SUMMARY, json_ready(summary))
        return error

    def _summary(self) -> dict[str, Any]:
        history, plan = self.history, self.plan
        return {
            "kind": "run",
            "seed": self.prepared.resolved.experiment.seed,
            "epochs": len(history.rows),
            "planned_epochs": plan.epochs,
            "best_epoch": history.best_epoch,
            "monitor": plan.monitor,
            "save": plan.save,
            "best_value": None if math.isnan(history.best_value) else history.best_value,
            "stopped": history.reason or ALL_DONE,
            "seconds": round(history.seconds, 3),
            "rows": {name: len(split) for name, split in self.prepared.data.splits.items()},
            "parameters": self.prepared.parameters,
            "metric_classes": self.prepared.resolved.metric_classes,
        }

    def _metrics(self) -> dict[str, dict[str, float]]:
        """Return loss and metrics of the kept model on every split; the test split is scored only here, once."""
        return {name: self.scorer.evaluate(split) for name, split in self._scored.items()}

    @property
    def _scored(self) -> dict[str, Split]:
        """The splits to score: without the test split in a trial, and where the config holds it back."""
        data, held = self.prepared.data, self.prepared.resolved.experiment.data.hold_out_test
        return data.splits if self.final and not held else replace(data, test=None).splits

    def _save_model(self) -> None:
        """Write the model with its description, and read it back where the work on it ends here."""
        copy_variables(self.scorer.program.model, self.prepared.model)
        data, model = self.prepared.data, self.prepared.model.plain()
        saved = self.run_dir.new_model()
        try:
            saved_model.save(model, saved)
        except OSError as error:
            self.run_dir.refuse_if_gone()
            help = "free some space, or choose another folder with `--runs-dir`"
            raise NNTrainError(f"cannot write `{saved}`: {error.strerror or error}", help=help) from None
        if data.table is not None:
            self.run_dir.write(run_files.SCHEMA, data.table.model_dump_json(indent=1) + "\n")
        self.run_dir.adopt_model(saved, {"weights": described(model.weights), **self._inputs_and_outputs()})
        if self.final and self.verified:  # reading it back takes a tenth of a second, longer than many trials
            saved_model.refuse_another(self.run_dir, self.scorer.program.model, data.train.x)

    def _inputs_and_outputs(self) -> dict[str, Any]:
        """Return what model.json holds beside the weights, by which the model is built again without the data."""
        data, schema = self.prepared.data, self.prepared.data.schema
        inputs = {
            "shape": list(schema.shape),
            "dtype": str(data.train.x.dtype),
            "features": schema.features,
            "sizes": schema.sizes,
            "missing": schema.missing,
            "has_missing": schema.has_missing,
        }
        outputs = {"classes": schema.classes, "targets": schema.targets, "target_count": schema.target_count}
        return {"input": inputs, **outputs, **({"counts": True} if schema.counts else {})}
