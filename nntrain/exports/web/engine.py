"""Runs the JavaScript of a page outside a browser: by Node.js where it is installed, else by an embedded V8."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from nntrain.errors import NNTrainError, need, one_line

PACKAGE, EXTRA = "py_mini_racer", "html"
_MINUTES = 10

ANSWER = """
function answer(html, rows, cells) {
  const inside = id => new RegExp(`<script[^>]* id="${id}"[^>]*>([^]*?)</script>`).exec(html)[1];
  const nntrain = new Function(inside("network") + "; return nntrain;")();
  const model = nntrain.load(JSON.parse(inside("page")), inside("weights").trim());
  return JSON.stringify(rows.map(row => model.predict(cells ? model.row(row) : row)));
}
"""
"""What `nntrain.load(...).predict` of the page gives for rows, of cells or of numbers."""

_NODE = "const [, , page, file] = process.argv, fs = require('fs');\n"
_NODE += "const {rows, cells} = JSON.parse(fs.readFileSync(file, 'utf8'));\n"
_NODE += "process.stdout.write(answer(fs.readFileSync(page, 'utf8'), rows, cells));\n"


def refuse_missing() -> None:
    """Raise MissingPackage where there is neither Node.js nor the embedded engine."""
    if shutil.which("node") is None:
        need("--to html", PACKAGE, extra=EXTRA)


def answers(page: Path, rows: list[Any], cells: bool, folder: Path) -> tuple[list[dict[str, Any]], str]:
    """Return for each row its `scores` and `best` class, and the engine that has run the page.

    rows: of texts where `cells` is true, else of numbers. folder: for temporary files.
    """
    node = shutil.which("node")
    found, engine = _by_node(node, page, rows, cells, folder) if node else _embedded(page, rows, cells)
    return json.loads(found), engine


def _by_node(node: str, page: Path, rows: list[Any], cells: bool, folder: Path) -> tuple[str, str]:
    program, file = folder / "answer.js", folder / "rows.json"
    program.write_text(ANSWER + _NODE, encoding="utf-8")
    file.write_text(json.dumps({"rows": rows, "cells": cells}), encoding="utf-8")
    done = subprocess.run([node, program, page, file], capture_output=True, timeout=60 * _MINUTES, check=False)
    if done.returncode:
        raise _fault(done.stderr.decode(errors="replace"))
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return done.stdout.decode(), f"Node.js {version}"


def _embedded(page: Path, rows: list[Any], cells: bool) -> tuple[str, str]:
    from py_mini_racer import JSEvalException, MiniRacer

    engine = MiniRacer()
    engine.eval(ANSWER)
    try:
        text = page.read_text(encoding="utf-8")
        return str(engine.call("answer", text, rows, cells)), f"V8 {engine.v8_version}"
    except JSEvalException as error:
        raise _fault(str(error)) from None


def _fault(text: str) -> NNTrainError:
    found = re.search(r"\w*Error: .*", text)
    message = f"the page does not run: {one_line(found[0] if found else text.strip())[:200]}"
    return NNTrainError(message, help="this is a fault of nntrain: report it with resolved.yaml")
