"""How many trainings run at once, in a process each: from config, schema and machine. It changes no result."""

import multiprocessing

import tensorflow as tf

from nntrain import machine
from nntrain.backend import chosen_by_environment
from nntrain.training.choose_program import dense_products, is_small
from nntrain.training.memory import LIBRARIES, Memory, available
from nntrain.training.prepare import Prepared
from nntrain.training.run_context import RunContext

# Measured on two cores (docs/log.md): what a training takes at least, and what the start of the processes takes.
STEP_SECONDS = 1e-4
MULTIPLICATIONS = 1.5e10  # of Dense layers in a second, forward, backward and update included
START_SECONDS = 4.0  # until a new process trains: libraries, data, compiling


def at_once(first: Prepared, count: int, context: RunContext) -> int:
    """Return how many of `count` trainings run at once; 1 where they are trained one after another, in this process.

    first: one of them, like which the others are. `context.workers` is what the user has asked for, None for nothing.
    """
    if not _may_leave(context):
        return 1
    if context.workers is not None:
        return min(context.workers, count)
    rows = len(first.data.train)
    if not _takes_one_core(first, rows):
        return 1
    fitting = min(machine.cores(), count, _in_memory(first.memory))
    return fitting if fitting > 1 and _pays(seconds_of(first), count, fitting) else 1


def seconds_of(prepared: Prepared) -> float:
    """Return about how long a training takes at most, by its steps and the multiplications of its Dense layers."""
    resolved, rows = prepared.resolved, len(prepared.data.train)
    train, size = resolved.train, resolved.batch_size(rows)
    steps = train.steps or (train.epochs or 0) * resolved.steps_per_epoch(rows)
    seconds = steps * (STEP_SECONDS + size * (dense_products(resolved) or 0) / MULTIPLICATIONS)
    return min(seconds, train.max_seconds or seconds)


def _pays(seconds: float, count: int, workers: int) -> bool:
    turns = -(-count // workers)
    return (count - turns) * seconds > START_SECONDS


def _takes_one_core(prepared: Prepared, rows: int) -> bool:
    """Return whether a training computes in one thread, so that other cores are free (`backend.use_threads`)."""
    if tf.config.get_visible_devices("GPU"):
        return False
    threads = prepared.resolved.train.threads
    return threads == 1 or (threads is None and not chosen_by_environment() and is_small(prepared.resolved, rows))


def _in_memory(memory: Memory) -> int:
    """Return how many processes fit into the memory beside this one, which has the data too."""
    limit = available()
    if limit is None:
        return 1
    return max(1, (limit - LIBRARIES - memory.parts["data"]) // memory.total)


def _may_leave(context: RunContext) -> bool:
    """Return whether runs may be trained in other processes; one that ends with its own parent may have none."""
    bound = context.distribution, context.programs, context.judge, context.request
    return not any(each is not None for each in bound) and not multiprocessing.current_process().daemon
