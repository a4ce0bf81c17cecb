"""Every job of docs/benchmarks.md, trained by nntrain and by what its users would write instead.

`scripts/bench jobs [JOB ...] [--rounds N]`. In each round every contender of a job runs once, in turn. What is finished
is kept in docs/benchmarks.json, so that it can go on later; another machine or other versions begin anew. A run during
which other processes used the machine is repeated. TORCH_PYTHON names an interpreter with PyTorch and scikit-learn, and
TUNER_PYTHON one with KerasTuner, Optuna and tensorboard.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cells import Cells, Machine
from measure import HERE, ROOT, Job, nntrain, python, timed
from page import write_page

TORCH = os.environ.get("TORCH_PYTHON")
TUNER = os.environ.get("TUNER_PYTHON", sys.executable)
EPOCHS = 3
SEEDS = 30
TRIALS = 40
BFLOAT16 = ("--set", "train.precision=mixed_bfloat16")


@dataclass(frozen=True)
class Task:
    """Some contenders for one job; the first of them is what the others are compared with."""

    name: str
    title: str
    metric: str
    contenders: dict[str, Job] = field(repr=False)
    network: str = ""
    """The config whose multiplications are counted, where the job is an epoch over the images."""


def fashion(net: str, title: str) -> Task:
    """An epoch of Fashion MNIST after the first."""

    def keras(*words: str) -> Job:
        return python("plain_fashion.py", net, str(EPOCHS), *words)

    convolutions = net in ("cnn", "bn")
    jobs = {"plain Keras": keras()}
    if not convolutions:  # XLA's convolutions on a CPU take minutes for an epoch (docs/log.md)
        jobs["plain Keras, jit_compile"] = keras("--jit")
    jobs["plain Keras, steps_per_execution=100"] = keras("--steps-per-execution", "100")
    if wide := net not in ("mlp", "full"):
        jobs["plain Keras, mixed_bfloat16"] = keras("--precision", "mixed_bfloat16")
    if TORCH:
        jobs["PyTorch"] = python("plain_torch.py", net, str(EPOCHS), interpreter=TORCH)
        if wide:
            jobs["PyTorch, bfloat16"] = python("plain_torch.py", net, str(EPOCHS), "--bfloat16", interpreter=TORCH)
    if net == "mlp":
        jobs["scikit-learn"] = python("plain_sklearn.py", "fashion")
    config, epochs = f"fashion_{net}.yaml", ("--set", f"train.epochs={EPOCHS}", "--no-doctor")
    jobs["nntrain"] = nntrain(config, *epochs)
    if wide:
        jobs["nntrain, mixed_bfloat16"] = nntrain(config, *epochs, *BFLOAT16)
    return Task(f"fashion_{net}", title, "epoch", jobs, config)


def iris() -> Task:
    """The whole process of a small training."""
    jobs = {
        "plain Keras": python("plain_iris.py"),
        "plain Keras, jit_compile": python("plain_iris.py", "--jit"),
        "plain Keras, steps_per_execution=6": python("plain_iris.py", "--steps-per-execution", "6"),
        "scikit-learn": python("plain_sklearn.py", "iris"),
    }
    if TORCH:
        jobs["PyTorch"] = python("torch_iris.py", interpreter=TORCH)
    jobs["nntrain, plots and report included"] = nntrain("iris.yaml")
    return Task("iris", "Iris, 40 units, Adam, batch 16, 100 epochs: the whole process", "process", jobs)


def seeds() -> Task:
    """The same network over many seeds."""
    group = ("--seeds", str(SEEDS))
    jobs = {
        "plain Keras, in a loop": python("plain_iris.py", "--seeds", str(SEEDS)),
        "nntrain": process("fit", "iris.yaml", *group),
        "nntrain, --no-stack": process("fit", "iris.yaml", *group, "--no-stack"),
    }
    return Task("seeds", f"Iris, {SEEDS} seeds: the whole process", "process", jobs)


def fashion_seeds() -> Task:
    """A network that gains nothing as one program, over seeds that are trained at once."""
    words = ("--seeds", "8", "--set", "train.epochs=10", "--no-plots", "--no-report", "--no-doctor")
    jobs = {
        "nntrain, --workers 1": process("fit", "fashion_mlp.yaml", *words, "--workers", "1"),
        "nntrain": process("fit", "fashion_mlp.yaml", *words),
    }
    return Task(
        "fashion_seeds", "Fashion MNIST, 784-300-100-10, 8 seeds of 10 epochs: the whole process", "process", jobs
    )


def folds() -> Task:
    """Ten folds against one training."""
    jobs = {
        "nntrain, one training": process("fit", "iris.yaml"),
        "nntrain, --folds 10": process("fit", "iris.yaml", "--folds", "10"),
    }
    return Task("folds", "The same, 10 folds against one training: the whole process", "process", jobs)


def search() -> Task:
    """A random search, with its start and its end."""
    words = ("--set", f"tune.trials={TRIALS}")
    jobs = {
        "KerasTuner": python("plain_tune.py", str(TRIALS), "30", "16", interpreter=TUNER),
        "Optuna and Keras": python("plain_optuna.py", str(TRIALS), "30", interpreter=TUNER),
        "nntrain": process("tune", "tune.yaml", *words),
        "nntrain, --no-stack": process("tune", "tune.yaml", *words, "--no-stack"),
        "nntrain, --no-stack, 2 workers": process("tune", "tune.yaml", *words, "--no-stack", "--workers", "2"),
    }
    return Task("search", f"A search of {TRIALS} small Iris nets, 30 epochs: the whole process", "process", jobs)


def process(command: str, config: str, *words: str) -> Job:
    """A job that runs a command of nntrain to its end."""

    def job() -> dict[str, float]:
        with tempfile.TemporaryDirectory() as runs:
            place = ("-q", "--runs-dir", runs)
            return timed([sys.executable, "-m", "nntrain", command, str(HERE / config), *place, *words], parse=False)

    return job


def tasks() -> Iterator[Task]:
    """Every job, the quick ones first."""
    yield iris()
    yield folds()
    yield fashion("mlp", "Fashion MNIST, 784-300-100-10, SGD, batch 32: an epoch")
    yield fashion("full", "The same with L2, max-norm, batch normalization, Dropout and Adam: an epoch")
    yield fashion("wide", "Fashion MNIST, 784-2048-2048-10, SGD, batch 512: an epoch")
    yield fashion("cnn", "Fashion MNIST, two convolutions, Adam, batch 128: an epoch")
    yield fashion("bn", "The same with batch normalization: an epoch")
    yield seeds()
    yield fashion_seeds()
    yield search()


def main() -> None:
    """Measures what is missing and writes the page."""
    every = {task.name: task for task in tasks()}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=f"{', '.join(every)}; all by default")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if unknown := set(given.jobs) - set(every):
        parser.error(f"no job is called {', '.join(sorted(unknown))}; the jobs are {', '.join(every)}")
    cells = Cells(ROOT / "docs" / "benchmarks.json", Machine.here())
    wanted = [every[name] for name in given.jobs or every]
    for number in range(given.rounds):
        for task in wanted:
            for name, job in task.contenders.items():
                cells.measure(task.name, name, number, job)
    write_page(Path(ROOT, "docs", "benchmarks.md"), every, cells)


if __name__ == "__main__":
    main()
