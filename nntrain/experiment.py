"""One experiment, from a validated config to a run directory: the one way across the heavy side."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nntrain import dataset as datasets
from nntrain import environment, rundir, scores, yamlfile
from nntrain.build import build, build_callbacks
from nntrain.custom.network import Network
from nntrain.dataset import Dataset
from nntrain.engine import loop
from nntrain.errors import ConfigError, DataError, Diverged, NNTrainError, Problem, Stopped
from nntrain.evaluate import Scorer, class_weights
from nntrain.plots import confusion_matrix, learning_curves
from nntrain.rundir import RunDir
from nntrain.spec.base import to_tree
from nntrain.spec.callbacks import EarlyStopping
from nntrain.spec.experiment import Experiment
from nntrain.spec.layers import Layer
from nntrain.spec.load import Config, in_order
from nntrain.spec.metrics import direction
from nntrain.spec.resolve import resolve
from nntrain.spec.train import Train
from nntrain.spec.wording import listed
from nntrain.terminal import ProgressWatcher, Terminal, json_ready

METRICS_SECONDS = 2.0  # metrics.csv is written anew at most this often while training


@dataclass(frozen=True)
class Prepared:
    """Data read and checked, the config resolved, the model built: all that can fail before a run begins."""

    config: Config
    experiment: Experiment
    data: Dataset
    model: Network


@dataclass(frozen=True)
class Result:
    """What a run came to; `summary` is the content of summary.json."""

    run_dir: RunDir
    summary: dict[str, Any]


def prepare(config: Config) -> Prepared:
    """Reads the data and builds the model; raises ConfigError and DataError with their places in the config."""
    data = load_data(config)
    config.check(data.facts)
    experiment = resolve(config.experiment, data.facts)
    _check_class_weight(config, data.classes)
    try:
        model = build(experiment, data.facts, data.train.x)
    except ConfigError as error:
        raise ConfigError(problems=in_order(config.document, error.problems)) from error.__cause__
    return Prepared(config, experiment, data, model)


def tell(prepared: Prepared, terminal: Terminal) -> None:
    """What the user should know before the training: what was chosen in his place, and faults of the data."""
    for warning in prepared.data.warnings:
        terminal.note(f"warning: {warning}")
    written, model = prepared.config.experiment.model, prepared.experiment.model
    if added := [_written(layer) for layer in model[len(written) :]]:
        terminal.note(f"note: added the output layer {' and '.join(added)}")


def _written(layer: Layer) -> str:
    """The layer as an item of the list `model`."""
    tree = to_tree(layer)
    return f"`{tree}`" if isinstance(tree, str) else f"`{yamlfile.inline(tree)[1:-1]}`"


def load_data(config: Config) -> Dataset:
    """The data of a config; what is wrong with them is shown at the option that names them."""
    try:
        return datasets.load(config.experiment.data)
    except DataError as error:
        raise DataError(problems=in_order(config.document, error.problems)) from None


def _check_class_weight(config: Config, classes: tuple[str, ...]) -> None:
    wanted = config.experiment.train.class_weight
    if wanted is None:
        return
    if not classes:
        found = [Problem("`class_weight` is for classes, but the data have numbers", ("train", "class_weight"))]
        raise ConfigError(problems=in_order(config.document, found))
    known = {*classes, *map(str, range(len(classes)))}
    found = [
        Problem(f"there is no class `{name}`", ("train", "class_weight", name), f"the classes are {listed(classes)}")
        for name in (wanted if isinstance(wanted, dict) else ())
        if name not in known
    ]
    if found:
        raise ConfigError(problems=in_order(config.document, found))


def run(prepared: Prepared, run_dir: RunDir, terminal: Terminal, config_text: bytes) -> Result:
    """Trains and scores one experiment and writes its run directory.

    Raises Diverged and Stopped as the training loop does; what was reached until then is written first.
    """
    facts = {**environment.describe(), "data_sha256": datasets.sha256(prepared.data)}
    run_dir.write(rundir.CONFIG, config_text)
    run_dir.write(rundir.RESOLVED, resolved_text(prepared.experiment))
    run_dir.write_json(rundir.ENVIRONMENT, {**facts, "end": None, "exit_status": None})
    status = 1
    try:
        result = _train(prepared, run_dir, terminal)
        status = 0
        return result
    except NNTrainError as error:
        status = error.exit_code
        terminal.log.append(str(error))
        raise
    except KeyboardInterrupt:
        status = 130
        raise
    finally:
        run_dir.write_json(rundir.ENVIRONMENT, {**facts, "end": environment.now(), "exit_status": status})
        save_log(run_dir, terminal)


def save_log(run_dir: RunDir, terminal: Terminal) -> None:
    """Writes log.txt: what was printed so far."""
    run_dir.write(rundir.LOG, "\n".join([*terminal.log, ""]))


def resolved_text(experiment: Experiment) -> str:
    """The experiment as YAML, every default of ours written out."""
    return (
        "# The experiment with every default of nntrain written out; `nntrain fit` trains it again.\n"
        + yamlfile.dump(to_tree(experiment))
    )


def _train(prepared: Prepared, run_dir: RunDir, terminal: Terminal) -> Result:
    experiment, data = prepared.experiment, prepared.data
    started = time.perf_counter()
    plan = make_plan(experiment, data)
    scorer = Scorer.of(experiment, data.facts, prepared.model, str(data.train.x.dtype), plan.batch_size)
    training = scorer.arrays(data.train, class_weights(experiment, data.train.y, data.classes))
    validation = None if data.validation is None else scorer.arrays(data.validation)
    history = loop.History()
    watcher = _RowWriter(terminal, run_dir, history)
    try:
        loop.fit(scorer.program, training, validation, plan, build_callbacks(experiment), watcher, history)
    except (Diverged, Stopped) as error:
        watcher.end()
        message = error.problems[0].message
        history.reason = f"stopped {message}" if isinstance(error, Stopped) else message
        _finish(prepared, scorer, run_dir, history, plan, time.perf_counter() - started)
        raise error.after(_reached(history, run_dir)) from None
    finally:
        watcher.end()
    return _finish(prepared, scorer, run_dir, history, plan, time.perf_counter() - started)


def _batch_size(experiment: Experiment, data: Dataset) -> int:
    size = experiment.train.batch_size
    return len(data.train) if size == "full" else min(int(size), len(data.train))


def _reached(history: loop.History, run_dir: RunDir) -> str:
    """What there is to use after a training that did not end well."""
    if not history.rows:
        return f"no epoch was finished; what was tried is in {run_dir}"
    count = len(history.rows)
    finished = "1 epoch was finished" if count == 1 else f"{count} epochs were finished"
    return f"{finished}; the model of epoch {history.best_epoch} is in {run_dir}"


def make_plan(experiment: Experiment, data: Dataset) -> loop.Plan:
    """How long and in which order to train."""
    train = experiment.train
    batch_size = _batch_size(experiment, data)
    steps_per_epoch = -(-len(data.train) // batch_size)
    epochs = train.epochs if train.steps is None else -(-train.steps // steps_per_epoch)
    return loop.Plan(
        seed=experiment.seed,
        batch_size=batch_size,
        epochs=epochs,
        steps=train.steps,
        shuffle=train.shuffle,
        monitor=train.monitor,
        mode=direction(train.monitor, train.metrics),
        save="best" if _keeps_best(train, data) else "last",
    )


def _keeps_best(train: Train, data: Dataset) -> bool:
    """Without a validation split the best training loss says little, unless early stopping was told to restore it."""
    restores = any(isinstance(c, EarlyStopping) and c.restore_best_weights for c in train.callbacks)
    return train.save == "best" and (data.validation is not None or restores)


class _RowWriter(ProgressWatcher):
    """Shows the training and keeps metrics.csv up to date."""

    def __init__(self, terminal: Terminal, run_dir: RunDir, history: loop.History) -> None:
        super().__init__(terminal)
        self.run_dir = run_dir
        self.history = history
        self.written = time.monotonic()

    def epoch(self, row: Mapping[str, float]) -> None:
        super().epoch(row)
        if time.monotonic() - self.written > METRICS_SECONDS:
            self.run_dir.write_rows(self.history.rows)
            self.written = time.monotonic()


def _finish(
    prepared: Prepared, scorer: Scorer, run_dir: RunDir, history: loop.History, plan: loop.Plan, seconds: float
) -> Result:
    """Writes what the training came to; without a single good epoch there is no model and there are no figures."""
    summary = _summary(prepared, history, plan, seconds)
    if history.rows:
        run_dir.write_rows(history.rows)
        _save_model(prepared, run_dir)
        summary |= {"metrics": split_figures(scorer, prepared.data)}
        _draw(prepared, scorer, run_dir, history)
    run_dir.write_json(rundir.SUMMARY, json_ready(summary))
    return Result(run_dir, summary)


def _summary(prepared: Prepared, history: loop.History, plan: loop.Plan, seconds: float) -> dict[str, Any]:
    return {
        "kind": "run",
        "seed": prepared.experiment.seed,
        "epochs": len(history.rows),
        "planned_epochs": plan.epochs,
        "best_epoch": history.best_epoch,
        "monitor": plan.monitor,
        "save": plan.save,
        "best_value": None if math.isnan(history.best_value) else history.best_value,
        "stopped": history.reason or "all epochs are done",
        "seconds": round(seconds, 3),
        "rows": {name: len(split) for name, split in splits_of(prepared.data).items()},
        "parameters": count_parameters(prepared.model),
    }


def count_parameters(model: Network) -> dict[str, int]:
    """The number of trainable and of all weights."""
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    return {"trainable": trainable, "total": sum(math.prod(weight.shape) for weight in model.weights)}


def splits_of(data: Dataset) -> dict[str, datasets.Split]:
    """The splits that there are, by name."""
    named = {"train": data.train, "validation": data.validation, "test": data.test}
    return {name: split for name, split in named.items() if split is not None}


def split_figures(scorer: Scorer, data: Dataset) -> dict[str, dict[str, float]]:
    """Loss and metrics of the kept model on every split; the test split is looked at here, once."""
    return {name: scorer.figures(split) for name, split in splits_of(data).items()}


def _save_model(prepared: Prepared, run_dir: RunDir) -> None:
    data, model = prepared.data, prepared.model.plain()
    saved = run_dir.path / ".model.keras"
    try:
        model.save(saved)
    except OSError as error:
        help = "free some space, or choose another folder with `--runs-dir`"
        raise NNTrainError(f"cannot write `{saved}`: {error.strerror or error}", help=help) from None
    weights = [{"path": w.path, "shape": list(w.shape), "dtype": str(w.dtype)} for w in model.weights]
    run_dir.adopt_model(
        saved,
        {
            "weights": weights,
            "input": {"shape": list(data.facts.shape), "dtype": str(data.train.x.dtype), "features": data.features},
            "classes": data.classes,
            "targets": data.targets,
            "target_count": data.facts.targets,
        },
    )


def _draw(prepared: Prepared, scorer: Scorer, run_dir: RunDir, history: loop.History) -> None:
    """Learning curves, and the confusion matrix of the last split that there is: test, validation or train."""
    title = run_dir.path.name
    run_dir.write_plot("learning_curves", learning_curves.draw(history.rows, history.best_epoch, title))
    if prepared.data.classes:
        name, split = list(splits_of(prepared.data).items())[-1]
        matrix = scores.confusion(split.y, scorer.predicted(split.x), len(prepared.data.classes))
        picture = confusion_matrix.draw(matrix, prepared.data.classes, f"{title}: {name} split")
        run_dir.write_plot("confusion_matrix", picture)
