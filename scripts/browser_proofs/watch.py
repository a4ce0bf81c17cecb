"""`nntrain watch --html` in a real Chromium: a training, a group, a server that ends; others on request.

scripts/browser watch [RUN ...] [--pictures FOLDER] [--axe axe.min.js]
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chromium import INSTALL, Chromium, program

from nntrain.cli.commands.watch import seen_of
from nntrain.report.live import Server
from nntrain.serving.server import listen, url_of
from nntrain.storage.find_runs import find
from nntrain.storage.run_dir import RunDir

HEAD = "epoch,seconds,learning_rate,loss,accuracy,val_loss,val_accuracy"
MARKUP = "<img src=x onerror=\"document.title='broken'\">"


def rows(until: int) -> str:
    """Return metrics.csv of so many epochs."""
    lines = (f"{n},0.1,0.01,{2 / n},{1 - 1 / n},{3 / n},{1 - 1 / (n + 1)}" for n in range(1, until + 1))
    return "\n".join([HEAD, *lines, ""])


def run_of(folder: Path, name: str) -> RunDir:
    """Write the files of a run that has no epoch yet."""
    run = RunDir.create(folder, name)
    run.write("resolved.yaml", "data: iris\nmodel: [Flatten]\ntrain: {epochs: 40}\n")
    return run


@contextmanager
def served(run: RunDir) -> Iterator[str]:
    """Give the address of the page of a run."""
    with Server(listen("127.0.0.1", 0), run.path.name, lambda: seen_of(run), "secret") as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"{url_of(server.socket)}/?token=secret"
        server.shutdown()


def until(browser: Chromium, expression: str, wanted: Any) -> None:
    """Wait until an expression has this value; raises AssertionError after 15 seconds."""
    end, found = time.monotonic() + 15, None
    while time.monotonic() < end:
        found = browser.value(expression)
        if found == wanted:
            return
        time.sleep(0.1)
    raise AssertionError(f"{expression} is {found!r}, not {wanted!r}")


def refuse(faults: list[str]) -> None:
    """Raise AssertionError where there are faults."""
    if faults:
        raise AssertionError("\n".join(faults))


def check_training(browser: Chromium, folder: Path, pictures: Path | None) -> None:
    """Raise AssertionError unless the page follows a training, keeps what is chosen, and says that its server ended."""
    run = run_of(folder, "net")
    with run.locked(), served(run) as url:
        browser.open(url)
        until(browser, "document.querySelector('#curves').textContent", "no epoch has ended yet")
        run.write("metrics.csv", rows(5))
        until(browser, "charts.length && charts[0].content.series[0].x.length", 5)
        browser.value("document.querySelector('input[name=log]').click()")
        browser.value("charts[0].show(2, 4)")
        run.write("metrics.csv", rows(20))
        until(browser, "charts[0].content.series[0].x.length", 20)
        until(browser, "charts[0].range.join() + charts[0].log", "2,4true")
        until(browser, "document.querySelector('#state').textContent.includes('epoch 20/40')", True)
        browser.value("document.querySelector('#whole').click()")
        if pictures:
            browser.picture(pictures / "watch-run.png")
    until(browser, "document.querySelectorAll('.gone').length", 1)
    faults = [fault for fault in browser.faults if "ERR_CONNECTION_REFUSED" not in fault]
    refuse(faults)


def check_kinds(browser: Chromium, run: Path, pictures: Path | None, axe: Path | None) -> None:
    """Raise AssertionError unless the page of a run of any kind is drawn without a fault, in light and dark."""
    with served(find(run.parent, run.name)) as url:
        for look, width, dark in (("dark", 1100, True), ("phone", 375, False), ("light", 1100, False)):
            browser.faults.clear()
            browser.open(url, width, dark)
            until(browser, "document.querySelectorAll('.chart path[d^=M]').length > 0", True)
            refuse(browser.faults + ["a script was run from a name"] * (browser.value("document.title") == "broken"))
            refuse([f"{each} ({run.name}, {look})" for each in browser.accessibility(axe)] if axe else [])
            if pictures:
                browser.picture(pictures / f"watch-{run.name}-{look}.png")


def main() -> None:
    """Prove it on files that this writes, and on the runs that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="*", type=Path, help="folders of runs, groups and searches to look at too")
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--axe", type=Path, help="axe.min.js, which checks the accessibility")
    given = parser.parse_args()
    if program() is None:
        sys.exit(INSTALL)
    if given.pictures:
        given.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Chromium() as browser:
        check_training(browser, Path(folder), given.pictures)
        group = RunDir.create(Path(folder), "group")
        group.write("group.json", json.dumps({"kind": "seeds", "members": {f"seed-{n}": {} for n in range(30)}}))
        for number in range(30):
            run = run_of(group.path, f"seed-{number}")
            run.write("metrics.csv", rows(10).replace("accuracy", MARKUP.replace(",", "")))
        for path in (group.path, *given.runs):
            check_kinds(browser, path, given.pictures, given.axe)
    print("the page follows, keeps what is chosen, and says when nntrain has ended")


main()
