"""From which width, batch and number of runs a stack is slower than its runs one after another, and what a trial costs.

`stacks.py [epochs] [images] [trials] [--rounds N]`. CPU time of one thread, the least of alternating rounds, so that a
loaded machine disturbs little. `epochs`: an epoch of all runs, compiled before; `images`: the same of two convolutions.
`trials`: whole trials of a search, of which the rule in nntrain/search/stack_plan.py is made.
"""

import argparse
import gc
import itertools
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nntrain import backend

backend.start("cpu")

import tensorflow as tf  # noqa: E402  # it must be started first

from nntrain.config.load import Config, from_document, put_value  # noqa: E402
from nntrain.config.search.trial_config import as_yaml  # noqa: E402
from nntrain.document import yaml_file  # noqa: E402
from nntrain.runs import stacks  # noqa: E402
from nntrain.runs.group_config import GroupConfig  # noqa: E402
from nntrain.search import stack_plan, stack_runner  # noqa: E402
from nntrain.search.task import Stack, Task  # noqa: E402
from nntrain.search.trial_runner import TrialRunner  # noqa: E402
from nntrain.training import stacking  # noqa: E402
from nntrain.training.prepare import prepare  # noqa: E402
from nntrain.training.programs.stacked import StackedData, StackedProgram  # noqa: E402
from nntrain.training.scorer import Scorer  # noqa: E402
from nntrain.training.signals import StopRequest  # noqa: E402

CONFIG = """
data: {toy_2d: {kind: moons, size: 1280}}
model:
  - Dense: {units: WIDTH, activation: relu}
  - Dense: {units: WIDTH, activation: relu}
train: {batch_size: BATCH, epochs: 1, threads: 1, optimizer: Adam}
"""
IMAGES = """
data: {npz_file: {path: PLACE, validation: 0.2, test: null}}
model:
  - Conv2D: {filters: FILTERS, kernel_size: 3, padding: same, activation: relu}
  - MaxPooling2D
  - Conv2D: {filters: FILTERS, kernel_size: 3, padding: same, activation: relu}
  - MaxPooling2D
  - Flatten
train: {batch_size: BATCH, epochs: 1, threads: 1, optimizer: Adam}
"""
TRIAL = """
data: iris
model: [Normalization, {Dense: {units: 32, activation: relu}}]
train: {batch_size: 16, epochs: 1, threads: 1, optimizer: Adam}
"""
WIDTHS, BATCHES, MEMBERS = (16, 64, 128, 256, 512), (16, 64, 256), (2, 8, 32)
SIZES, FILTERS, IMAGE_BATCHES, IMAGE_MEMBERS = (8, 16, 28), (4, 16), (32, 128), (2, 8)
SHORT, LONG = 1, 100  # epochs of a trial


def read(text: str, **values: int | str) -> Config:
    """The config with these values in place of the words in capitals."""
    for word, value in values.items():
        text = text.replace(word.upper(), str(value))
    return from_document(yaml_file.parse(text, "stacks.yaml"))


def seconds(action: Callable[[], object]) -> float:
    """The CPU time of an action."""
    began = time.process_time()
    action()
    return time.process_time() - began


def epochs(rounds: int) -> None:
    """An epoch of a stack against the epochs of its runs, for every width, batch and number of runs."""
    print("width  batch  runs  multiplications  one after another    as one   ratio")
    for width, batch, members in itertools.product(WIDTHS, BATCHES, MEMBERS):
        one, both = (1000 * each for each in _epoch(read(CONFIG, width=width, batch=batch), members, rounds))
        products = batch * (2 * width + width * width + 2 * width)
        chosen = "" if products <= stacking.LARGEST_STEP else "  (not stacked)"
        line = f"{width:5}  {batch:5}  {members:4}  {products:15,}  {one:14.1f} ms  {both:5.1f} ms"
        print(f"{line}  {both / one:6.2f}{chosen}", flush=True)
        tf.keras.backend.clear_session()
        gc.collect()


def images(rounds: int) -> None:
    """As `epochs`, for two convolutions on square images of one channel."""
    print("size  filters  batch  runs  multiplications  one after another    as one   ratio")
    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        for size, filters, batch, members in itertools.product(SIZES, FILTERS, IMAGE_BATCHES, IMAGE_MEMBERS):
            place = Path(folder) / f"{size}.npz"
            x, y = generator.normal(size=(1280, size, size, 1)), np.arange(1280) % 10
            np.savez(place, x=x.astype("float32"), y=y)
            config = read(IMAGES, place=str(place), filters=filters, batch=batch)
            one, both = (1000 * each for each in _epoch(config, members, rounds))
            products = batch * (
                9 * filters * size**2 + 9 * filters**2 * (size // 2) ** 2 + 10 * filters * (size // 4) ** 2
            )
            chosen = "" if products <= stacking.LARGEST_STEP_OF_IMAGES else "  (not stacked)"
            line = f"{size:4}  {filters:7}  {batch:5}  {members:4}  {products:15,}  {one:14.1f} ms  {both:5.1f} ms"
            print(f"{line}  {both / one:6.2f}{chosen}", flush=True)
            tf.keras.backend.clear_session()
            gc.collect()


def _epoch(config: Config, members: int, rounds: int) -> tuple[float, float]:
    """The seconds of an epoch of all runs, one after another and as one, without compiling."""
    runs = stacks.form_whole(GroupConfig.over_seeds(config, str(members)))
    first, *_ = runs.values()
    batch = first.resolved.batch_size(len(first.data.train))
    models = (prepare(first.config).model, first.model)  # a program of its own each
    scorers = [Scorer.of(first.resolved, model, first.data.train.x, batch) for model in models]
    alone, rows = scorers[0].program, scorers[0].arrays(first.data.train)
    data = StackedData([rows] * members)
    program = StackedProgram(scorers[1].program, data)
    values = program.initial([run.model for run in runs.values()])
    steps, order = -(-len(rows) // batch), np.arange(len(rows), dtype="int32")
    orders = np.tile(order, (members, 1))
    trained = {
        "alone": lambda: alone.train(rows, order, 0, steps),
        "stack": lambda: program.train(values, data, orders, (0, steps))[0].numpy(),
    }
    found = [{name: seconds(action) for name, action in trained.items()} for _ in range(rounds + 1)][1:]
    return members * min(each["alone"] for each in found), min(each["stack"] for each in found)


def trials(rounds: int) -> None:
    """What a trial and a stack of trials take beside their steps, in steps."""
    alone: dict[int, list[float]] = {SHORT: [], LONG: []}
    traced: list[float] = []
    stack: dict[int, list[float]] = {SHORT: [], LONG: []}
    members, runner = 16, TrialRunner()
    config = read(TRIAL)
    steps = 6 * (LONG - SHORT)
    for number in range(rounds + 1):
        for length in (SHORT, LONG):
            with tempfile.TemporaryDirectory() as place:
                tasks = _tasks(Path(place), put_value(config, "train.epochs", length), members)
                work = Stack(tuple(tasks), f"{place}/checkpoint-1", "stack-1")
                if length == SHORT:
                    runner.programs.clear()
                    traced.append(seconds(lambda work=work: _stacked(work, runner)))
                else:
                    stack[length].append(seconds(lambda work=work: _stacked(work, runner)))
            with tempfile.TemporaryDirectory() as place:
                tasks = _tasks(Path(place), put_value(config, "train.epochs", length), 2)
                runner.run(tasks[0], lambda _: False)
                alone[length].append(seconds(lambda task=tasks[1]: runner.run(task, lambda _: False)))
            if length == LONG:
                with tempfile.TemporaryDirectory() as place:
                    tasks = _tasks(Path(place), put_value(config, "train.epochs", SHORT), members)
                    work = Stack(tuple(tasks), f"{place}/checkpoint-1", "stack-1")
                    stack[SHORT].append(seconds(lambda work=work: _stacked(work, runner)))
        print(f"round {number}", file=sys.stderr, flush=True)
    short, long = (min(alone[length][1:]) for length in (SHORT, LONG))
    step, member = (long - short) / steps, min(stack[SHORT][1:]) / members
    tracing = min(traced[1:]) - min(stack[SHORT][1:])
    print(f"a trial alone: {1000 * short:.0f} ms, and {1000 * step:.2f} ms a step")
    print(f"in a stack of {members}: {1000 * member:.0f} ms, and tracing it once: {1000 * tracing:.0f} ms")
    saved, needed = (short - member) / step, tracing / step
    print(f"so n trials of s steps pay where n * ({saved:.0f} + s) >= {needed:.0f}")
    print(f"the rule: n * ({stack_plan.TRIAL_STEPS} + s) >= {stack_plan.LEAST_STEPS}")


def _tasks(place: Path, config: Config, members: int) -> list[Task]:
    (place / "journal.jsonl").touch()
    rates = [0.001 * (1 + number) for number in range(members)]
    texts = [as_yaml(put_value(config, "train.optimizer.Adam.learning_rate", rate)) for rate in rates]
    return [Task(number, str(place / f"trial-{number + 1:03}"), text) for number, text in enumerate(texts)]


def _stacked(work: Stack, runner: TrialRunner) -> None:
    events = stack_runner.run(work, runner, lambda task, row: False, StopRequest())
    if any(event.kind != "done" for event in events):
        raise SystemExit(f"the stack was not trained: {events[0]}")


PARTS = {"epochs": epochs, "images": images, "trials": trials}


def main() -> None:
    """Measures the parts that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"no part is called {', '.join(unknown)}")
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    stack_plan.pays = lambda members, steps: True  # the smallest stack is measured too
    for part in wanted.parts or PARTS:
        PARTS[part](wanted.rounds)


if __name__ == "__main__":
    main()
