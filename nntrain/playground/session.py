"""The one training of a playground, in a thread of its own: nntrain's preparation and nntrain's loop."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from nntrain.data.examples import Split
from nntrain.errors import NNTrainError, Stopped
from nntrain.playground import compose
from nntrain.playground.base import Base
from nntrain.playground.desk import Desk
from nntrain.playground.pictures import Pictures
from nntrain.playground.plane import Plane
from nntrain.playground.settings import Settings
from nntrain.playground.stage import Stage
from nntrain.training import trainer
from nntrain.training.history import History
from nntrain.training.prepare import prepare
from nntrain.training.program_cache import Programs
from nntrain.training.run_context import RunContext
from nntrain.training.scorer import Scorer
from nntrain.training.signals import StopRequest

MOST_EPOCHS = 100_000
_SHOWN = ("accuracy", "mean_absolute_error")
_END_SECONDS = 30


class Session:
    """Trains what is set. Pages talk to its desk; its thread is the only one that touches a model."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.desk = Desk(base.settings)
        self._programs = Programs()
        self._thread = threading.Thread(target=self._work, name="playground", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """End the training and the thread."""
        self.desk.close()
        if self._thread.is_alive():
            self._thread.join(_END_SECONDS)

    def restart(self, settings: Settings) -> None:
        """Train other settings; raises ConfigError where they are invalid, and continues with the present training."""
        compose.config(self.base, settings, MOST_EPOCHS)
        self.desk.want(settings)

    def _work(self) -> None:
        """Train what is wanted until the playground is closed; a fault of nntrain is said on the page too."""
        has_fault = True
        try:
            while (settings := self.desk.take()) is not None:
                self._attempt(settings)
            has_fault = False
        finally:
            if has_fault:
                help = "start `nntrain playground` again"
                self.desk.publish(status="failed", message="a fault of nntrain; the terminal shows it", help=help)

    def _attempt(self, settings: Settings) -> None:
        try:
            self._train(settings)
        except Stopped:
            return  # other settings are wanted, or none
        except NNTrainError as error:
            problem = error.problems[0]
            self.desk.publish(status="failed", message=problem.message, help=problem.help)

    def _train(self, settings: Settings) -> None:
        """Train from the start until other settings are wanted; raises what a training raises."""
        nothing: dict[str, Any] = {
            "epoch": 0,
            "shown": 0,
            "step": 0,
            "rows": [],
            "inside": [],
            "scene": {},
            "pictures": {},
        }
        run = self.desk.now.run + 1
        self.desk.publish(settings=settings, run=run, status="loading", message="", help="", **nothing)
        prepared = prepare(compose.config(self.base, settings, MOST_EPOCHS))
        plane = Plane.of(prepared.data, prepared.config.experiment.data)
        context = RunContext(programs=self._programs, request=StopRequest())
        scorer = trainer.make_scorer(prepared, context)
        pictures = Pictures(scorer, plane, self._features(settings, plane))
        validate = partial(_validated, scorer, prepared.data.validation)
        stage = Stage(self.desk, pictures, context.request or StopRequest(), validate)
        job = trainer.make_job(prepared, scorer, replace(context, judge=stage.judge), stage, None)
        metrics = _metrics(prepared.resolved.train.metrics, prepared.data.validation is not None)
        warning = prepared.obstacles[0].message if prepared.obstacles else ""
        scene = {**plane.as_json(), "layers": pictures.layers()}
        self.desk.publish(scene=scene, metrics=metrics, message=warning)
        history = History()
        with prepared.memory.explained(), prepared.rehearsed_on_errors():
            trainer.fit(replace(job, most_steps=stage.most), history, None, prepared.model, None)
        if not self.desk.is_over:
            self.desk.publish(status="ended", message=history.reason or "all epochs are trained")
            stage.stay()

    def _features(self, settings: Settings, plane: Plane) -> tuple[str, ...]:
        """Return the names of the model's inputs."""
        return settings.features if settings.kind is not None or self.base.featured else plane.axes


def _validated(scorer: Scorer, split: Split | None) -> Mapping[str, float]:
    """Return the metrics on the validation split inside an epoch, whose metrics so far are put back."""
    if split is None:
        return {}
    variables = scorer.program.model.metrics_variables
    kept = [variable.numpy() for variable in variables]
    found = scorer.evaluate(split)
    for variable, value in zip(variables, kept, strict=True):
        variable.assign(value)
    return {f"val_{name}": value for name, value in found.items()}


def _metrics(chosen: Sequence[Any], has_validation: bool) -> tuple[str, ...]:
    """Return the columns of metrics.csv that are shown: the loss, and the accuracy or the error if there is one."""
    names = ["loss", *[metric.column for metric in chosen if metric.column in _SHOWN][:1]]
    return tuple(name for each in names for name in (each, *([f"val_{each}"] if has_validation else [])))
