"""What each engine finds with the same epochs: the task of configs/tune_fashion_tpe.yaml on fewer images.

`tune_quality.py [--seeds 5] [--total 270] [--rows 6000] [--engines ...]` runs every engine with the seeds 0, 1, ... of
the search until the epochs are spent. The best validation accuracy is compared with that of random search; the test
images are not looked at. So many rows train, and 2,000 further ones validate.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from fashion_images import arrays
from measure import ROOT, metrics_of_search, timed

from nntrain.evaluation.scores import summarize

TASK = ROOT / "configs" / "tune_fashion_tpe.yaml"
VALIDATION = 2_000
BASE = "RandomSearch"
ENGINES = {  # the lines below `tune` of the config
    BASE: "engine: RandomSearch",
    "TPE": "engine: TPE",
    "BayesianOptimization": "engine: BayesianOptimization",
    "Hyperband": "engine: {Hyperband: {max_epochs: EPOCHS, factor: 3, iterations: 100}}",
    "TPE+Median": "engine: TPE\n  pruner: Median",
}


def write_data(folder: Path, rows: int) -> Path:
    """A file of the first training images, the last of which validate."""
    x, y = arrays("train")
    path = folder / "fashion.npz"
    np.savez(path, x=x[: rows + VALIDATION, ..., None], y=y[: rows + VALIDATION])
    return path


def write_task(folder: Path, engine: str, epochs: int) -> Path:
    """The config of the task with another engine."""
    kept = [line for line in TASK.read_text().splitlines() if not line.startswith(("  engine:", "  pruner:"))]
    kept.insert(kept.index("tune:") + 1, f"  {ENGINES[engine].replace('EPOCHS', str(epochs))}")
    path = folder / f"{engine}.yaml"
    path.write_text("\n".join([*kept, ""]))
    return path


def searched(task: Path, data: Path, seed: int, wanted: argparse.Namespace) -> dict[str, float]:
    """The metrics of one search."""
    split = f"validation: {{last: {VALIDATION}}}, test: none"
    settings = (
        f"data={{npz_file: {{path: {data}, {split}}}}}",
        f"train.epochs={wanted.epochs}",
        f"tune.seed={seed}",
        f"tune.max_epochs_total={wanted.total}",
        f"tune.trials={wanted.total}",  # more than the epochs are enough for
    )
    with tempfile.TemporaryDirectory() as runs:
        command = [sys.executable, "-m", "nntrain", "tune", str(task), "-q", "--runs-dir", runs]
        command += ["--workers", str(wanted.workers)]
        whole = timed([*command, *(word for setting in settings for word in ("--set", setting))], parse=False)
        return {**whole, **metrics_of_search(next(Path(runs).iterdir()))}


def main() -> None:
    """Runs all searches, the engines in turn for each seed."""
    wanted = arguments()
    found: dict[str, list[dict[str, float]]] = {engine: [] for engine in wanted.engines}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        data = write_data(folder, wanted.rows)
        for seed in range(wanted.seeds):
            for engine in wanted.engines:
                metrics = searched(write_task(folder, engine, wanted.epochs), data, seed, wanted)
                found[engine].append(metrics)
                shown = "  ".join(f"{name} {value:.4g}" for name, value in metrics.items())
                print(f"seed {seed}  {engine:22} {shown}", file=sys.stderr, flush=True)
    report(found, wanted)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=9, help="of a trial, at most")
    parser.add_argument("--total", type=int, default=270, help="epochs of a search")
    parser.add_argument("--rows", type=int, default=6_000, help="that train")
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args()


def report(found: dict[str, list[dict[str, float]]], wanted: argparse.Namespace) -> None:
    """A line for each engine, and what each finds beyond random search."""
    print(f"Best validation accuracy of {wanted.total} epochs on {wanted.rows} images, {wanted.seeds} seeds")
    print(f"  {'engine':22} {'mean':>7} {'sd':>7}   95 % interval    {'trials':>7} {'epochs':>7} {'CPU s':>7}")
    for engine, every in found.items():
        score = summarize([one["score"] for one in every])
        trials, epochs, seconds = (np.mean([one[name] for one in every]) for name in ("trials", "epochs", "CPU"))
        interval = f"{score.low:.4f} to {score.high:.4f}"
        print(f"  {engine:22} {score.mean:7.4f} {score.sd:7.4f}  {interval} {trials:7.1f} {epochs:7.1f} {seconds:7.1f}")
    for engine in [engine for engine in found if engine != BASE and BASE in found]:
        pairs = zip(found[engine], found[BASE], strict=True)
        more = summarize([one["score"] - other["score"] for one, other in pairs])
        verdict = "better" if more.low > 0 else "worse" if more.high < 0 else "no difference that the seeds show"
        print(f"  {engine} less {BASE}: {more.mean:+.4f} ({more.low:+.4f} to {more.high:+.4f}): {verdict}")


if __name__ == "__main__":
    main()
