"""A CSV file of numbers read, checked and split by nntrain, against `pandas.read_csv` of the same file.

`table.py [RUNS] [--rows N] [--digits D]`: columns of D significant digits, of which the last one is the target.
`process` is the whole process, `read` is without the imports.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from measure import alternate, goal, python, report

COLUMNS = 20


def write(file: str, rows: int, digits: int) -> float:
    """Write the file, normally distributed numbers."""
    import numpy as np
    import pandas as pd

    names = [f"c{index}" for index in range(COLUMNS)]
    numbers = np.random.default_rng(0).normal(size=(rows, COLUMNS))
    pd.DataFrame(numbers, columns=names).to_csv(file, index=False, float_format=f"%.{digits}g")
    return 0.0


def read_by_pandas(file: str) -> float:
    """Return the seconds of `pandas.read_csv`."""
    import pandas as pd

    started = time.perf_counter()
    pd.read_csv(file)
    return time.perf_counter() - started


def read_by_nntrain(file: str) -> float:
    """Return the seconds until nntrain has the splits."""
    from nntrain.config.data import Source
    from nntrain.data import csv_reader, dataset  # noqa: F401

    source = Source.parse({"table": {"path": file, "target": f"c{COLUMNS - 1}"}})
    started = time.perf_counter()
    dataset.load(source)
    return time.perf_counter() - started


def main() -> None:
    """Compares the two, each run in a process of its own; this process itself must stay small."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="?", type=int, default=5, help="rounds, of which the medians are printed")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--digits", type=int, default=17, help="17, as pandas writes 64-bit floats by default")
    parser.add_argument("--job", nargs=2, metavar=("JOB", "FILE"), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.job:
        jobs = {
            "write": lambda file: write(file, wanted.rows, wanted.digits),
            "pandas": read_by_pandas,
            "nntrain": read_by_nntrain,
        }
        print(json.dumps({"read": jobs[wanted.job[0]](wanted.job[1])}))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "numbers.csv"))
        size = ["--rows", str(wanted.rows), "--digits", str(wanted.digits)]
        python("table.py", "--job", "write", file, *size)()
        each = {name: python("table.py", "--job", name, file) for name in ("pandas", "nntrain")}
        medians = alternate(each, wanted.runs)
    report(f"CSV, {wanted.rows:,} x {COLUMNS} (seconds, MB)", medians, "pandas")
    for metric in ("read", "process"):
        goal(f"{metric}, times pandas", medians["nntrain"][metric] / medians["pandas"][metric], at_most=1.5)


if __name__ == "__main__":
    main()
