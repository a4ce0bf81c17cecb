"""A CSV file read, checked, encoded and split by nntrain, against `pandas.read_csv` of the same file.

`table.py [RUNS] [--rows N] [--digits D] [--mixed]`: columns of D significant digits, of which the last one is the
target; `--mixed` has columns of numbers, categories, truth values and dates with missing cells, and reads the file once
more with the cache of tables. `process` is the whole process, `read` is without the imports, `encoded` also without the
splits and their checks. `pandas.read_csv` uses all cores too.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from measure import Job, alternate, goal, python, report

COLUMNS = 20


def write(file: str, rows: int, digits: int) -> dict[str, float]:
    """Write the file, normally distributed numbers."""
    import numpy as np
    import pandas as pd

    names = [f"c{index}" for index in range(COLUMNS)]
    numbers = np.random.default_rng(0).normal(size=(rows, COLUMNS))
    pd.DataFrame(numbers, columns=names).to_csv(file, index=False, float_format=f"%.{digits}g")
    return {}


def write_mixed(file: str, rows: int, digits: int) -> dict[str, float]:
    """Write the file: 9 numbers, 3 whole ones, 5 categories, a truth value, a date, and a target of three classes."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(0)
    columns: dict[str, object] = {f"c{index}": random.normal(size=rows) for index in range(9)}
    for index, most in enumerate((100, 10_000, 1_000_000)):
        columns[f"i{index}"] = random.integers(0, most, rows)
    for index, many in enumerate((3, 8, 30, 200, 5_000)):
        columns[f"k{index}"] = np.array([f"value {code}" for code in range(many)])[random.integers(0, many, rows)]
    columns["b"] = np.array(["no", "yes"])[random.integers(0, 2, rows)]
    columns["d"] = np.datetime64("2019-01-01") + random.integers(0, 2000, rows).astype("timedelta64[D]")
    frame = pd.DataFrame(columns)
    for name in ("c0", "c4", "k1", "k3"):
        frame.loc[random.random(rows) < 0.1, name] = None
    frame[f"c{COLUMNS - 1}"] = np.array(["low", "middle", "high"])[random.integers(0, 3, rows)]
    frame.to_csv(file, index=False, float_format=f"%.{digits}g")
    return {}


def read_by_pandas(file: str) -> dict[str, float]:
    """Return the seconds of `pandas.read_csv`."""
    import pandas as pd

    started = time.perf_counter()
    pd.read_csv(file)
    seconds = time.perf_counter() - started
    return {"read": seconds, "encoded": seconds}


def read_by_nntrain(file: str) -> dict[str, float]:
    """Return the seconds until nntrain has the encoded rows, and until it has the splits."""
    from nntrain.config.data import Source
    from nntrain.data import dataset, table_reader

    source = Source.parse({"table": {"path": file, "target": f"c{COLUMNS - 1}"}})
    started, encoded = time.perf_counter(), list[float]()
    encode = table_reader._encoded

    def watched(request: table_reader.TableRequest) -> table_reader.Encoded:
        found = encode(request)
        encoded.append(time.perf_counter() - started)
        return found

    table_reader._encoded = watched
    dataset.load(source)
    seconds = time.perf_counter() - started
    return {"read": seconds, "encoded": encoded[0] if encoded else seconds}


def again(job: Job) -> Job:
    """A job with the cache of tables, that a job before it has filled."""

    def run() -> dict[str, float]:
        os.environ["NNTRAIN_TABLE_CACHE_GB"] = "10"
        if not list(Path(os.environ["XDG_CACHE_HOME"]).rglob("about.json")):
            time.sleep(2)  # a file that was just written is not known by its times
            job()
        found = job()
        os.environ["NNTRAIN_TABLE_CACHE_GB"] = "0"
        return found

    return run


def main() -> None:
    """Compares the two, each run in a process of its own; this process itself must stay small."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="?", type=int, default=5, help="rounds, of which the medians are printed")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--digits", type=int, default=17, help="17, as pandas writes 64-bit floats by default")
    parser.add_argument("--mixed", action="store_true", help="columns of all kinds")
    parser.add_argument("--job", nargs=2, metavar=("JOB", "FILE"), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.job:
        jobs = {
            "write": lambda file: (write_mixed if wanted.mixed else write)(file, wanted.rows, wanted.digits),
            "pandas": read_by_pandas,
            "nntrain": read_by_nntrain,
        }
        print(json.dumps(jobs[wanted.job[0]](wanted.job[1])))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "numbers.csv"))
        size = ["--rows", str(wanted.rows), "--digits", str(wanted.digits), *["--mixed"] * wanted.mixed]
        python("table.py", "--job", "write", file, *size)()
        each = {name: python("table.py", "--job", name, file) for name in ("pandas", "nntrain")}
        os.environ["XDG_CACHE_HOME"] = str(Path(folder, "cache"))
        os.environ["NNTRAIN_TABLE_CACHE_GB"] = "0"
        if wanted.mixed:
            each["nntrain, again"] = again(each["nntrain"])
        medians = alternate(each, wanted.runs)
        megabytes = Path(file).stat().st_size / 1e6
    report(f"CSV, {wanted.rows:,} x {COLUMNS}, {megabytes:.0f} MB (seconds, MB)", medians, "pandas")
    for metric in ("encoded", "read", "process"):
        most = 2.0 if wanted.mixed else 1.5
        goal(f"{metric}, times pandas", medians["nntrain"][metric] / medians["pandas"][metric], at_most=most)
    goal("peak MB, times the file", medians["nntrain"]["peak MB"] / megabytes, at_most=3)
    if wanted.mixed and megabytes >= 200:
        faster = medians["nntrain"]["read"] / medians["nntrain, again"]["read"]
        goal("the next start, times as fast", faster, at_least=5)


if __name__ == "__main__":
    main()
