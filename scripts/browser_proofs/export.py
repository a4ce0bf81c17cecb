"""Pages of `nntrain export --to html` in a real Chromium: offline, without an error, with the classes of `predict`.

scripts/browser export runs/net [--pictures FOLDER]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from chromium import INSTALL, Chromium, program

from nntrain import backend
from nntrain.storage.find_runs import find_run

backend.start("cpu")
import numpy as np  # noqa: E402

from nntrain.evaluation.evaluate import same_data  # noqa: E402
from nntrain.exports.cells import Cells  # noqa: E402
from nntrain.exports.exported_run import ExportedRun  # noqa: E402
from nntrain.exports.web.page import page  # noqa: E402

ROWS = 200
PREDICT = "JSON.stringify({rows}.map(row => model.predict({table} ? model.row(row) : row)))"
MODEL = "var model = nntrain.load(JSON.parse(document.getElementById('page').textContent), "
MODEL += "document.getElementById('weights').textContent.trim())"


def refuse(found: list[str], why: str) -> None:
    """Raise AssertionError where anything was found."""
    if found:
        raise AssertionError(f"{found[:5]} {why}")


def check_loading(browser: Chromium, file: Path, dark: bool, width: int) -> None:
    """Raise AssertionError for an error, a request, or a page wider than the window."""
    browser.requests.clear()
    browser.open(file, width, dark)
    refuse(browser.faults, "the console has errors")
    refuse([url for url in browser.requests if url != file.as_uri() and not url.startswith("data:")], "was fetched")
    found = browser.value("document.documentElement.scrollWidth")
    refuse([] if found <= width else [str(found)], f"is the width of the page, and {width} that of the window")
    shown = browser.value("document.querySelectorAll('#result tr, #pad').length")
    refuse([] if shown else ["nothing"], "is predicted")


def check_predictions(browser: Chromium, subject: ExportedRun, folder: Path) -> float:
    """Return the largest difference of a score; raises AssertionError for another class."""
    if subject.saved.table is None:
        rows = subject.rows.x[:ROWS].reshape(len(subject.rows.x[:ROWS]), -1).tolist()
        outputs = subject.expected[:ROWS]
    else:
        cells = Cells.of(subject, subject.saved.table).first(ROWS)
        rows, outputs = cells.rows, cells.predictions(subject, folder).outputs
    browser.value(MODEL)
    expression = PREDICT.format(rows=json.dumps(rows), table=json.dumps(subject.saved.table is not None))
    found = json.loads(browser.value(expression))
    if subject.saved.resolved.schema.classes:
        classes = [each["best"] for each in found]
        wrong = np.flatnonzero(subject.scorer.classes(outputs) != classes)
        refuse([f"row {row}" for row in wrong], "has another class")
    return float(np.abs(np.array([each["scores"] for each in found]) - outputs).max())


def check_form(browser: Chromium) -> None:
    """Change the first field, or draw on the pad; the prediction follows. Raises AssertionError where it does not."""
    before = browser.value("document.getElementById('result').innerText")
    if browser.value("document.getElementById('pad') !== null"):
        box = json.loads(browser.value("JSON.stringify(document.getElementById('pad').getBoundingClientRect())"))
        x, y, size = box["x"], box["y"], box["width"]
        browser.mouse("mouseMoved", x + size * 0.3, y + size * 0.2)
        browser.mouse("mousePressed", x + size * 0.3, y + size * 0.2)
        for step in range(1, 11):
            browser.mouse("mouseMoved", x + size * (0.3 + 0.04 * step), y + size * (0.2 + 0.06 * step))
        browser.mouse("mouseReleased", x + size * 0.7, y + size * 0.8)
    else:
        change = "const field = document.querySelector('#inputs input'); field.value = Number(field.value) * 3 + 7; "
        browser.value(f"{{{change} field.dispatchEvent(new Event('input', {{bubbles: true}}))}}")
    after = browser.value("document.getElementById('result').innerText")
    refuse([] if after != before else [before], "is still predicted")
    refuse([] if browser.value("document.querySelectorAll('#result tr').length") else [after], "is no prediction")


def main() -> None:
    """Look at the page of each run in light and dark, wide and narrow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", help="runs that have ended")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of every page")
    given = parser.parse_args()
    if program() is None:
        sys.exit(f"error: no Chromium was found\n help: {INSTALL}")
    with tempfile.TemporaryDirectory() as name, Chromium() as browser:
        for run in given.runs:
            run_dir = find_run(Path("runs"), run)
            subject = ExportedRun.of(run_dir, same_data(run_dir))
            file = Path(name, f"{subject.name}.html")
            file.write_text(page(subject), encoding="utf-8")
            for look, width, dark in (("phone", 375, False), ("dark", 1100, True), ("light", 1100, False)):
                check_loading(browser, file, dark, width)
                if given.pictures is not None:
                    given.pictures.mkdir(parents=True, exist_ok=True)
                    browser.picture(given.pictures / f"{subject.name}-{look}.png")
            difference = check_predictions(browser, subject, Path(name))
            check_form(browser)
            if given.pictures is not None:
                browser.picture(given.pictures / f"{subject.name}-changed.png")
            print(
                f"{subject.name}: {file.stat().st_size:,} bytes, largest difference {difference:.2g}, all classes equal"
            )


if __name__ == "__main__":
    main()
