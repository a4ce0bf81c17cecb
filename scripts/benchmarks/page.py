"""docs/benchmarks.md, written from the measurements that are kept."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cells import Cells
from measure import HERE

IMAGES = 60_000
PASSES = 3  # of the multiplications of the forward pass: the gradients of the weights and of the outputs take as many
HEAD = """# Benchmarks

`scripts/bench jobs` writes this page from docs/benchmarks.json. In each round every contender of a job runs once, in
turn, on a machine that does nothing else; the numbers are medians, also the ratio, which is taken within each round,
because the machine is not always as fast. A ratio below 1 is faster than the first row of its table. The opponents are
written as their users would write them (`scripts/benchmarks/plain_*.py`). Peak MB is that of the largest
process where there are several.

"""


def write_page(path: Path, tasks: Mapping[str, Any], cells: Cells) -> None:
    """Write the page of all jobs that have been measured."""
    measured = [task for task in tasks.values() if rows_of(task, cells)]
    parts = [
        HEAD,
        machine(cells),
        *("\n".join(table(task, cells)) + "\n" for task in measured),
        losses(measured, cells),
    ]
    path.write_text("\n".join(parts))


def rows_of(task: Any, cells: Cells) -> list[str]:
    """The contenders of a job that have been measured, if the first one has."""
    names = [name for name in task.contenders if cells.of(task.name, name, task.metric)]
    return names if names[:1] == list(task.contenders)[:1] else []


def machine(cells: Cells) -> str:
    """The machine in a sentence."""
    here, rate = cells.machine, {name: value / 1e9 for name, value in cells.rates.items()}
    packages = ", ".join(f"{name} {number}" for name, number in here.packages.items())
    amx = " with AMX" if here.amx else ""
    return f"""Measured on {here.cores} cores of this processor: {here.processor}{amx}; Python {here.python},
{packages}.

TensorFlow's product of two matrices of 2048 x 2048 reaches {rate["float32"]:.0f} billion multiplications a second in
float32 and {rate["bfloat16"]:.0f} in bfloat16. `rate` is the share of that, in its own precision, which a job reaches:
three times the multiplications of the forward pass count.
"""


def table(task: Any, cells: Cells) -> Iterator[str]:
    """The lines of a job."""
    names = rows_of(task, cells)
    work = multiplications(task.network) * IMAGES * PASSES if task.network else 0
    yield f"## {task.title}\n"
    yield f"| contender | seconds | smallest to largest | ratio | peak MB |{' rate |' if work else ''} rounds |"
    yield f"|---|---|---|---|---|{'---|' if work else ''}---|"
    for name in names:
        found = cells.of(task.name, name, task.metric)
        seconds = cells.median(task.name, name, task.metric)
        rate = cells.rates["bfloat16" if _is_half(name) else "float32"]
        share = f" {work / seconds / rate:.0%} |" if work else ""
        ratio = cells.ratio(task.name, name, names[0], task.metric)
        shown = f"| {name} | {seconds:.2f} | {min(found):.2f} to {max(found):.2f} | {ratio:.2f} |"
        yield f"{shown} {cells.median(task.name, name, 'peak MB'):,.0f} |{share} {len(found)} |"


def multiplications(config: str) -> int:
    """Multiplications of the forward pass of one image."""
    words = [sys.executable, "-m", "nntrain", "summary", str(HERE / config), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    layers = json.loads(done.stdout.splitlines()[0])["layers"]
    return sum(layer["multiplications"] for layer in layers)


def losses(tasks: list[Any], cells: Cells) -> str:
    """Where an opponent is faster than every form of nntrain in its precision."""
    lines = []
    for task in tasks:
        names = rows_of(task, cells)
        for name in names:
            ours = [own for own in names if own.startswith("nntrain") and _is_half(own) == _is_half(name)]
            ratios = [cells.ratio(task.name, name, own, task.metric) for own in ours]
            if name not in ours and ratios and max(ratios) < 1:
                lines.append(f"* {task.title}: {name} takes {max(ratios):.2f} of nntrain's time.")
    return "## Where nntrain loses\n\n" + ("\n".join(lines) or "In none of these jobs.") + "\n"


def _is_half(contender: str) -> bool:
    return "bfloat16" in contender
