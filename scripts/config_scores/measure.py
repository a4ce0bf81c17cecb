"""Measure what the command in the header of each shipped config gives, and write the score line of the header.

A config of `fit` is trained with its own seed and with the seeds 1 to N; the header has the score of its own, the mean
over the seeds and their standard deviation. A config of `tune` has the best trial. The numbers of `explain` are tested,
and stay. What was measured is kept in runs/config_scores.json by the text of the config, so the script can be stopped
and started again; after a change of the engine, `--again` measures anew. `--older` measures those whose headers have a
mean over seeds alone, and `--list` only names them. To measure in the background while the tree changes, run it in a
copy of the tree, copy that file back, and write what it holds with `--kept`.
"""

import argparse
import hashlib
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "runs" / "config_scores.json"
METRICS = {"accuracy": "accuracy", "loss": "loss", "mean absolute error": "mean_absolute_error", "R²": "r2_score"}
SCORE = re.compile(r"(train|validation|test) (accuracy|loss|mean absolute error|R²)")


def main() -> None:
    """Measure the configs whose paths hold one of the words, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="parts of the paths of configs; all without one")
    parser.add_argument("--again", action="store_true", help="measure what is known too")
    parser.add_argument("--keep-time", action="store_true", help="keep the time in the header: the machine is busy")
    parser.add_argument("--older", action="store_true", help="only headers that lack the score of the command itself")
    parser.add_argument("--list", action="store_true", help="name the configs, measure and write nothing")
    parser.add_argument("--kept", action="store_true", help="measure nothing, write what is kept")
    options = parser.parse_args()
    known: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.is_file() else {}
    for name, file in chosen(options.words, options.older):
        if options.list:
            print(name)
            continue
        key = hashlib.sha256(body(file).encode()).hexdigest()
        is_known = known.get(name, {}).get("config") == key
        if not options.kept and (options.again or not is_known):
            began = time.monotonic()
            known[name] = {"config": key, **measured(file, options.keep_time)}
            print(f"{name}  {time.monotonic() - began:.0f} s", flush=True)
            keep(known)
        if not options.kept or is_known:
            write(file, known[name], options.keep_time)


def chosen(words: list[str], older: bool) -> Iterator[tuple[str, Path]]:
    """Yield the configs of `fit` and `tune` whose paths hold one of the words, if there are any."""
    for file in sorted((ROOT / "configs").rglob("*.yaml")):
        name = file.relative_to(ROOT).as_posix()
        is_wanted = not words or any(word in name for word in words)
        if is_wanted and not file.read_text().startswith("# nntrain explain ") and (not older or is_older(file)):
            yield name, file


def is_older(file: Path) -> bool:
    """Return whether the header of a config has a mean over seeds, and not what its command gives."""
    return any(line.startswith("# about ") and "±" in line for line in file.read_text().splitlines())


def keep(known: dict[str, Any]) -> None:
    """Write the file of results whole, or not at all."""
    KEPT.parent.mkdir(exist_ok=True)
    new = KEPT.with_suffix(".new")
    new.write_text(json.dumps(known, indent=1, ensure_ascii=False))
    new.replace(KEPT)


def body(file: Path) -> str:
    """Return a config without its header."""
    return "".join(line for line in file.read_text().splitlines(keepends=True) if not line.startswith("#"))


def measured(file: Path, keep_time: bool) -> dict[str, Any]:
    """Return what the command of a config gives."""
    command = file.read_text().splitlines()[0].removeprefix("# nntrain ")
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder)
        if command.startswith("tune "):
            return searched(command, runs)
        return trained(command, file, runs, keep_time)


def nntrain(command: str, runs: Path, *more: str) -> float:
    """Run a command and return its seconds: those of the processor where other programs keep it busy."""
    words = [sys.executable, "-m", "nntrain", *command.split(), "--device", "cpu", "--runs-dir", str(runs), "-q", *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"nntrain {command}: exit {done.returncode}\n{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return min(time.monotonic() - began, busy)


def trained(command: str, file: Path, runs: Path, keep_time: bool) -> dict[str, Any]:
    """Return the score of a training, and those of other seeds; unless its time is kept, that too."""
    seconds = 0.0 if keep_time else nntrain(command, runs, "--name", "own", "--no-report")
    split, metric = label(file)
    own, seeds = int(yaml.safe_load(body(file))["seed"]), list(range(1, 4 if "mnist" in body(file) else 6))
    every = list(dict.fromkeys([own, *seeds]))
    # One after another: a stack of seeds differs from the command in the last bits.
    nntrain(command, runs, "--name", "group", "--no-report", "--no-stack", "--seeds", ",".join(map(str, every)))
    found = {seed: score(runs / "group" / f"seed-{seed}", split, metric) for seed in every}
    return {
        "seconds": seconds,
        "split": split,
        "metric": metric,
        "own": found[own],
        "scores": [found[seed] for seed in seeds],
    }


def label(file: Path) -> tuple[str, str]:
    """Return the split and the metric that the header of a config names."""
    found = SCORE.search(next(line for line in file.read_text().splitlines() if line.startswith("# about ")))
    if found is None:
        raise SystemExit(f"{file}: the header names no score, such as `test accuracy`")
    return found[1], found[2]


def score(run: Path, split: str, metric: str) -> float:
    """Return a metric of a run."""
    return float(json.loads((run / "summary.json").read_text())["metrics"][split][METRICS[metric]])


def searched(command: str, runs: Path) -> dict[str, Any]:
    """Return the best trial of a search."""
    seconds = nntrain(command, runs, "--name", "search")
    summary = json.loads((runs / "search" / "summary.json").read_text())
    values = ", ".join(word(value) for value in summary["best"]["values"].values())
    metric = summary["objective"].removeprefix("val_").replace("_", " ")
    return {"seconds": seconds, "best": summary["best"]["score"], "metric": metric, "values": values}


def word(value: Any) -> str:
    """Return a value as YAML in a line."""
    text = str(yaml.safe_dump(value, default_flow_style=True, width=1000))
    return text.strip().removesuffix("...").strip()


def write(file: Path, found: dict[str, Any], keep_time: bool) -> None:
    """Replace the score line in the header of a config."""
    lines = file.read_text().splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("# about "))
    before = lines[at].removeprefix("# ").partition(" on 2 CPU cores")[0]
    times = before if keep_time or not found["seconds"] else about(found["seconds"])
    if "own" in found:
        seeds = len(found["scores"])
        mean, sd = statistics.fmean(found["scores"]), statistics.stdev(found["scores"])
        own = f"{found['split']} {found['metric']} {found['own']:.3f}"
        what = f"{own}; over seeds 1 to {seeds} mean {mean:.3f}, standard deviation {sd:.3f}"
    else:
        what = f"best validation {found['metric']} {found['best']:.3f} of `{found['values']}`"
    lines[at] = f"# {times} on 2 CPU cores, {what}"
    file.write_text("\n".join(lines) + "\n")


def about(seconds: float) -> str:
    """Return a time in words."""
    return f"about {max(1, round(seconds))} s" if seconds < 55 else f"about {max(1, round(seconds / 60))} min"


if __name__ == "__main__":
    main()
