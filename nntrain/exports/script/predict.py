"""Predicts the rows of a CSV file, or of an .npz file with an array `x`, by the network beside this file.

    python predict.py ROWS.csv > predictions.csv

It needs Python 3.9 or newer, NumPy and ONNX Runtime: pip install numpy onnxruntime
"""

import csv
import datetime
import json
import math
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
CYCLES = {"month": (1, 12), "weekday": (0, 7), "hour": (0, 24)}  # the first value, and how many there are
LARGEST = float(np.finfo("float32").max)


def number(text, decimal):
    plain = text if decimal == "." else text.replace(".", "_").replace(decimal, ".")
    if not NUMBER.fullmatch(plain) or abs(float(plain)) > LARGEST:
        raise ValueError(f"`{text}` is no number")
    return float(plain)


def written(text, cell, thousands, decimal):
    """Return the number of a cell such as `$1,234.50` or `1.234,5 km`."""
    plain = re.sub("[\u2212\u2013]", "-", re.sub("[\u00a0\u2007\u202f]", " ", text)).replace("\u2019", "'")
    found = re.fullmatch(cell, plain, re.ASCII)
    if found is None:
        raise ValueError(f"`{text}` is no number as the other rows have it")
    digits = found["digits"].replace(thousands, "") if thousands else found["digits"]
    return number(("-" if "-" in (found["first"], found["second"]) else "") + digits.replace(decimal, "."), ".")


def parts_of_date(text, column):
    try:
        when = datetime.datetime.strptime(text, column["format"])
    except ValueError:
        raise ValueError(f"`{text}` is no date like {column['format']}") from None
    values = {"year": when.year, "month": when.month, "weekday": when.weekday(), "hour": when.hour}
    return [
        getattr(math, wave)(2 * math.pi * (values[name] - CYCLES[name][0]) / CYCLES[name][1]) if wave else values[name]
        for name, _, wave in (part.partition("_") for part in column["parts"])
    ]


def encoded(text, column, table):
    """Return the numbers that the network takes for a cell; NaN for a missing one."""
    kind, is_missing = column["kind"], text == "" or text in table["missing"]
    if is_missing:
        return [math.nan] * max(1, len(column["parts"]))
    if kind == "numeric":
        return [number(text, table["decimal"]) if not column["style"] else written(text, **column["style"])]
    if kind == "date":
        return parts_of_date(text, column)
    codes = {name: code for code, name in enumerate(column["categories"])}
    return [codes.get(text.casefold(), math.nan)] if kind == "boolean" else [codes.get(text, -1)]


def records(file, table):
    """Return line and cells of each record that is not blank, and the table with the signs of the file."""
    names = {column["name"] for column in table["columns"]}
    for separator in (table["separator"], *",;\t|", table["separator"]):
        with open(file, encoding="utf-8-sig", newline="") as opened:
            reader = csv.reader(opened, delimiter=separator, skipinitialspace=True)
            found = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells]
        if found and names <= set(found[0][1]):
            break
    if separator != table["separator"]:
        texts = [cell for _, cells in found[1:] for cell in cells]
        comma, point = (any(re.fullmatch(rf"[-+]?\d*[{sign}]\d+", text) for text in texts) for sign in ",.")
        table = {**table, "decimal": "," if comma and not point else "."}
    return found, table


def read_table(file, table):
    """Return the rows of a CSV file, float32 (n, numbers); its columns are found by name."""
    found, table = records(file, table)
    count = 1 + max((place for place, (_, cells) in enumerate(found) if any(cells)), default=-1)
    if count < len(found):
        print(f"note: what has no cell at the end of {file} is left out", file=sys.stderr)
    (_, header), *found = found[:count] or [(1, [])]
    if wrong := [column["name"] for column in table["columns"] if header.count(column["name"]) != 1]:
        sys.exit(f"error: there is {'more than one' if wrong[0] in header else 'no'} column `{wrong[0]}` in {file}")
    places, rows = [header.index(column["name"]) for column in table["columns"]], []
    for line, cells in found:
        if len(cells) != len(header):
            sys.exit(f"error: {file}:{line}: {len(cells)} cells, expected {len(header)}")
        rows.append([])
        for column, place in zip(table["columns"], places):
            try:
                rows[-1] += encoded(cells[place], column, table)
            except ValueError as fault:
                sys.exit(f"error: {file}:{line}: column `{column['name']}`: {fault}")
    if not rows:
        sys.exit(f"error: there are no rows in {file}")
    return np.array(rows, "float32")


def read(file, schema):
    """Return float32 (n, *shape)."""
    if file.endswith(".npz"):
        return np.load(file)["x"].astype("float32").reshape(-1, *schema["input"]["shape"])
    if schema["table"] is None:
        sys.exit(f"error: {file} is no .npz file; save an array `x` of rows of the shape {schema['input']['shape']}")
    x = read_table(file, schema["table"])
    if np.isnan(x).any() and not schema["input"]["takes_missing"]:
        sys.exit(f"error: {file} has missing cells, and the network takes none")
    return x


def scores(outputs, output):
    """Return (n, columns) of what the network gives: probabilities or scores of classes, or numbers."""
    outputs = outputs.reshape(len(outputs), -1)
    if output["activation"] == "sigmoid":
        outputs = 1 / (1 + np.exp(-outputs))
    if output["activation"] == "softmax":
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        outputs = powers / powers.sum(axis=1, keepdims=True)
    return np.concatenate([output["mirror"] - outputs, outputs], axis=1) if "mirror" in output else outputs


def main(file):
    schema = json.loads((HERE / "schema.json").read_text(encoding="utf-8"))
    try:
        x = read(file, schema)
    except (OSError, ValueError, KeyError, csv.Error, zipfile.BadZipFile) as fault:
        sys.exit(f"error: {file} cannot be read: {fault}")
    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    parts = [session.run(["y"], {"x": part})[0] for part in np.array_split(x, 1 + len(x) // 1024)]
    output, classes = schema["output"], schema["classes"]
    found = scores(np.concatenate(parts), output)
    best = found[:, 1] > output["threshold"] if "mirror" in output else found.argmax(axis=1)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*(["class"] if classes else []), *output["columns"]])
    for row, place in zip(found.tolist(), best):
        writer.writerow([*([classes[int(place)]] if classes else []), *(f"{value:.9g}" for value in row)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
