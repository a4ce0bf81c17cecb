"""The parts of a training: the plan, the program on one device or several, the job for the loop."""

from functools import partial

from nntrain.config.kept_epoch import improvement, keeps_best
from nntrain.config.keras.metrics import direction
from nntrain.config.named import to_tree
from nntrain.config.resolve import Resolved
from nntrain.data.dataset import Dataset
from nntrain.document import yaml_file
from nntrain.errors import ConfigError
from nntrain.model.build import build
from nntrain.model.callbacks import build_callbacks
from nntrain.model.custom import Network
from nntrain.progress import ProgressWatcher
from nntrain.terminal import Terminal
from nntrain.training import divergence, loop
from nntrain.training.checkpoint import Store
from nntrain.training.history import History
from nntrain.training.job import Job, Plan, Watcher
from nntrain.training.prepare import Prepared
from nntrain.training.programs.arrays import Arrays
from nntrain.training.programs.distributed import DistributedProgram
from nntrain.training.programs.resident import Program
from nntrain.training.programs.streamed import fits_in_memory
from nntrain.training.run_context import RunContext
from nntrain.training.scorer import Scorer, training_weights
from nntrain.training.signals import watched
from nntrain.training.state import State
from nntrain.training.workers.strategy import Distribution


def make_job(prepared: Prepared, scorer: Scorer, context: RunContext, watcher: Watcher, store: Store | None) -> Job:
    """Return the job of the loop; the scorer's program trains, unless several devices share the training."""
    resolved, data = prepared.resolved, prepared.data
    training = scorer.arrays(data.train, training_weights(resolved, data.train))
    return Job(
        program=_program(prepared, scorer, context.distribution, training),
        training=training,
        validation=None if data.validation is None else scorer.arrays(data.validation),
        plan=make_plan(resolved, data),
        callbacks=build_callbacks(resolved.experiment),
        watcher=watcher,
        store=store,
        judge=context.judge,
        help=partial(divergence.help_for, resolved, data.train),
        request=context.request,
        watch=context.watch or watched,
    )


def make_scorer(prepared: Prepared, context: RunContext) -> Scorer:
    """Return the prepared model with its compiled loops on one device, which the context may reuse."""
    resolved, train = prepared.resolved, prepared.data.train
    compiled = Scorer.of if context.programs is None else context.programs.scorer
    return compiled(resolved, prepared.model, train.x, resolved.batch_size(len(train)))


def _program(prepared: Prepared, scorer: Scorer, distribution: Distribution | None, training: Arrays) -> Program:
    """Return the scorer's program, or one whose model is built again on several devices."""
    if distribution is None:
        return scorer.program
    if not fits_in_memory(prepared.data.train.x):
        help = "train on one device, where they are read from the disk as they are needed"
        raise ConfigError("the data are too large to be copied to several devices", help=help)
    with distribution.scope():
        model = build(prepared.resolved, prepared.data.train.x, prepared.data.train.y)
        model.set_weights(prepared.model.get_weights())
    return DistributedProgram(model, training, scorer.program.batch_size, distribution)


def fit(job: Job, history: History, resumed: State | None, model: Network, distribution: Distribution | None) -> None:
    """Train; the model gets the weights to keep, even where the program trains another one of the same layers."""
    try:
        loop.fit(job, history, resumed)
    finally:
        if distribution is not None:
            distribution.finish()
        if history.weights and job.program.model is not model:
            model.set_weights(history.weights)


def share(prepared: Prepared, distribution: Distribution | None, state: State | None = None) -> State | None:
    """Return the chief's state at every worker, after a check that all train the same experiment on the same data."""
    if distribution is None or distribution.team is None:
        return state
    experiment = yaml_file.dump(to_tree(prepared.resolved.experiment))
    return distribution.share(experiment, prepared.data.digest, state)


def follow(prepared: Prepared, context: RunContext) -> None:
    """Train as a worker that is not the chief: the same steps, but nothing is written or shown."""
    state = share(prepared, context.distribution)
    prepared = prepared.initialized() if state is None else prepared
    silent = ProgressWatcher(Terminal(quiet=True))
    job = make_job(prepared, make_scorer(prepared, context), context, silent, None)
    fit(job, History(), state, prepared.model, context.distribution)


def make_plan(resolved: Resolved, data: Dataset) -> Plan:
    """Return how long and in which order to train."""
    train, rows = resolved.train, len(data.train)
    epochs = train.epochs if train.steps is None else -(-train.steps // resolved.steps_per_epoch(rows))
    return Plan(
        seed=resolved.experiment.seed,
        batch_size=resolved.batch_size(rows),
        epochs=epochs,
        steps=train.steps,
        shuffle=train.shuffle,
        monitor=train.monitor,
        mode=direction(train.monitor, train.metrics),
        save="best" if keeps_best(train, data.validation is not None) else "last",
        improvement=improvement(train),
        max_seconds=train.max_seconds,
        checkpoint_seconds=train.checkpoint_seconds,
        balanced=data.train.y if train.oversample else None,
    )
