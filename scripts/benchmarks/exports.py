"""Every format of `nntrain export`: its size, its largest difference, and the latency of a row on one core.

scripts/bench exports RUN ...
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3")
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # the processes that are started inherit it

FORMATS = [("keras", "float32"), ("saved_model", "float32"), ("onnx", "float32"), ("python", "float32"),
           *(("litert", each) for each in ("float32", "float16", "dynamic", "int8")), ("html", "float32")]  # fmt: skip
CALLS, WARM = 300, 50

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
    start = time.perf_counter()
    call(row)
    times.append(time.perf_counter() - start)
print(json.dumps(times[{WARM}:]))
"""
JAVASCRIPT = f"""
const fs = require("fs"), [, , page, file] = process.argv, html = fs.readFileSync(page, "utf8");
const inside = id => new RegExp(`<script[^>]* id="${{id}}"[^>]*>([^]*?)</script>`).exec(html)[1];
const nntrain = new Function(inside("network") + "; return nntrain;")();
const model = nntrain.load(JSON.parse(inside("page")), inside("weights").trim());
const rows = JSON.parse(fs.readFileSync(file, "utf8")).map(row => row.map(v => v === null ? NaN : v)), times = [];
for (let i = 0; i < {CALLS + WARM}; i++) {{
  const start = process.hrtime.bigint();
  model.predict(rows[i % rows.length]);
  times.push(Number(process.hrtime.bigint() - start) / 1e9);
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


def main() -> None:
    """Print a row of a table for each format of each run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path)
    given = parser.parse_args()
    from nntrain import backend

    backend.start("cpu")
    import numpy as np

    from nntrain.errors import NNTrainError
    from nntrain.evaluation.evaluate import same_data
    from nntrain.exports.formats import format_of
    from nntrain.exports.subject import Subject
    from nntrain.exports.write import export
    from nntrain.storage.run_dir import RunDir

    print("| run | format | precision | bytes | difference | p50 ms | p99 ms |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for path in given.runs:
            run_dir, rows = RunDir(path), Path(name, "rows.npy")
            subject = Subject.of(run_dir, same_data(run_dir))
            x = np.asarray(subject.rows.x[:200], "float32")
            np.save(rows, x)
            lists = [[None if v != v else v for v in row] for row in x.reshape(len(x), -1).tolist()]
            rows.with_suffix(".json").write_text(json.dumps(lists))
            for kind, precision in FORMATS:
                folder = Path(name, f"{path.name}-{kind}-{precision}")
                try:
                    found = export(run_dir, format_of(kind, precision), folder)  # type: ignore[arg-type]
                except NNTrainError as error:
                    print(f"| {path.name} | {kind} | {precision} | refused: {error.args[0]} | | | |")
                    continue
                beside = ("model_card.md", "schema.json")
                size = sum(count for file, count in found.files.items() if file not in beside)
                times = [] if kind == "python" else sorted(latency(kind, folder, rows))
                cells = [f"{1000 * times[int(len(times) * share)]:.3f}" if times else "" for share in (0.5, 0.99)]
                numbers = f"{size:,} | {found.agreement.largest:.1e} | {cells[0]} | {cells[1]}"
                print(f"| {path.name} | {kind} | {precision} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()
