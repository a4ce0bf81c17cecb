"""Every format of `nntrain export`: its size, its largest difference, and the latency of a row on one core.

scripts/bench exports [RUN ...]

The latency is the processor time of a call for one row, so that other programs on the core do not count. `python` is
the model of `onnx` in a program that reads a file; it has no latency of its own.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3")
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # the processes that are started inherit it

FORMATS = [("keras", "float32"), ("saved_model", "float32"), ("onnx", "float32"), ("python", "float32"),
           *(("litert", each) for each in ("float32", "float16", "dynamic", "int8")), ("html", "float32")]  # fmt: skip
CALLS, WARM = 1000, 100
ROOT = Path(__file__).parents[2]

LATENCY = f"""
import json, sys, time
import numpy as np
kind, folder, rows = sys.argv[1:]
rows = np.load(rows)
if kind == "onnx":
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(folder + "/model.onnx", options)
    call = lambda row: session.run(["y"], {{"x": row}})
elif kind == "litert":
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(folder + "/model.tflite", num_threads=1)
    [x], [y] = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.allocate_tensors()
    def call(row):
        interpreter.set_tensor(x["index"], row)
        interpreter.invoke()
        return interpreter.get_tensor(y["index"])
elif kind == "saved_model":
    import tensorflow as tf
    loaded = tf.saved_model.load(folder + "/saved_model")
    call = loaded.serve
else:
    import keras, nntrain.keras
    model = keras.models.load_model(folder + "/model.keras")
    call = lambda row: np.asarray(model(row, training=False))
times = []
for index in range({CALLS + WARM}):
    row = rows[index % len(rows)][None]
    start = time.process_time()
    call(row)
    times.append(time.process_time() - start)
print(json.dumps(times[{WARM}:]))
"""
JAVASCRIPT = f"""
const fs = require("fs"), [, , page, file] = process.argv, html = fs.readFileSync(page, "utf8");
const inside = id => new RegExp(`<script[^>]* id="${{id}}"[^>]*>([^]*?)</script>`).exec(html)[1];
const nntrain = new Function(inside("network") + "; return nntrain;")();
const model = nntrain.load(JSON.parse(inside("page")), inside("weights").trim());
const rows = JSON.parse(fs.readFileSync(file, "utf8")).map(row => row.map(v => v === null ? NaN : v)), times = [];
for (let i = 0; i < {CALLS + WARM}; i++) {{
  const start = process.cpuUsage();
  model.predict(rows[i % rows.length]);
  const used = process.cpuUsage(start);
  times.push((used.user + used.system) / 1e6);
}}
console.log(JSON.stringify(times.slice({WARM})));
"""


def latency(kind: str, folder: Path, rows: Path) -> list[float]:
    """Return the seconds of each of many calls for one row, in a process of its own."""
    if kind == "html":
        if shutil.which("node") is None:
            return []
        (folder / "latency.js").write_text(JAVASCRIPT)
        words = ["node", folder / "latency.js", folder / "index.html", rows.with_suffix(".json")]
    else:
        words = [sys.executable, "-W", "ignore", "-c", LATENCY, kind, folder, rows]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout.splitlines()[-1]))


def networks(folder: Path) -> Iterator[Path]:
    """Train the three networks of docs/reference.md, and yield their run directories."""
    import nntrain

    dropped = dict.fromkeys(("name", "ticket", "cabin"), "drop")
    table = {"path": str(ROOT / "docs" / "titanic.csv"), "columns": dropped}
    hidden = [{"Dense": {"units": 32, "activation": "relu"}}, {"Dense": {"units": 16, "activation": "relu"}}]
    pooled = ["MaxPooling2D", {"Conv2D": {"filters": 16, "kernel_size": 3, "activation": "relu"}}, "MaxPooling2D"]
    softmax = {"Dense": {"units": 10, "activation": "softmax"}}
    image = [{"Conv2D": {"filters": 8, "kernel_size": 3, "activation": "relu"}}, *pooled, "Flatten", softmax]
    configs = {
        "table": {"data": {"table": {**table, "target": "survived"}}, "model": hidden, "train": {"epochs": 20}},
        "cnn": {"data": "fashion_mnist", "model": image, "train": {"steps": 400, "batch_size": 64}},
        "regression": {
            "data": {"table": {**table, "target": "fare", "missing_target": "skip"}},
            "model": [*hidden, {"Dense": 1}, "TargetNormalization"],
            "train": {"epochs": 20},
        },
    }
    for name, config in configs.items():
        yield nntrain.fit(config, name=name, runs_dir=folder, quiet=True).path


def main() -> None:
    """Print a row of a table for each format of each run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="*", type=Path, help="runs; three that are trained first without one")
    given = parser.parse_args()
    from nntrain import backend

    backend.start("cpu")
    print("| run | format | precision | bytes | difference | p50 ms | p99 ms |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for path in given.runs or networks(Path(name, "runs")):
            measure(path, Path(name))


def measure(path: Path, work: Path) -> None:
    """Print the rows of a run; a format whose package is not installed says so."""
    import numpy as np

    from nntrain.errors import MissingPackage, NNTrainError
    from nntrain.evaluation.evaluate import same_data
    from nntrain.exports.exported_run import ExportedRun
    from nntrain.exports.formats import format_of
    from nntrain.exports.write import export
    from nntrain.storage.run_dir import RunDir

    run_dir, rows = RunDir(path), work / "rows.npy"
    subject = ExportedRun.of(run_dir, same_data(run_dir))
    x = np.asarray(subject.rows.x[:200], "float32")
    np.save(rows, x)
    lists = [[None if v != v else v for v in row] for row in x.reshape(len(x), -1).tolist()]
    rows.with_suffix(".json").write_text(json.dumps(lists))
    for kind, precision in FORMATS:
        folder = work / f"{path.name}-{kind}-{precision}"
        try:
            found = export(run_dir, format_of(kind, precision), folder)  # type: ignore[arg-type]
        except NNTrainError as error:
            word = "absent" if isinstance(error, MissingPackage) else "refused"
            print(f"| {path.name} | {kind} | {precision} | {word}: {error.args[0]} | | | |", flush=True)
            continue
        size = sum(count for file, count in found.files.items() if file not in ("model_card.md", "schema.json"))
        times = [] if kind == "python" else sorted(latency(kind, folder, rows))
        cells = [f"{1000 * times[int(len(times) * share)]:.3f}" if times else "" for share in (0.5, 0.99)]
        numbers = f"{size:,} | {found.agreement.largest:.1e} | {cells[0]} | {cells[1]}"
        print(f"| {path.name} | {kind} | {precision} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()
