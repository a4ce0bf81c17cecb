"""report.html in a real Chromium: nothing is fetched, no error, curves are read and zoomed; pictures on request.

scripts/browser report [RUN ...] [--pictures FOLDER] [--axe axe.min.js]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from chromium import INSTALL, Chromium, program

from nntrain.report.page import page
from nntrain.storage.find_runs import find
from nntrain.storage.run_dir import RunDir
from nntrain.subject import Subject, read

LEAST_TEXT = 12  # pixels on paper: 9 points
MARKUP = "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"


def run_of(folder: Path, name: str, epochs: int, bad: bool = False, metrics: int = 0) -> RunDir:
    """Write the files of a run: two metrics and more on two splits, and names with markup where `bad`."""
    run = RunDir.create(folder, name)
    run.write("resolved.yaml", f"data: iris\nmodel: [Dense]\nseed: {len(name)}\ntrain: {{epochs: {epochs}}}\n")
    head = "epoch,seconds,learning_rate,loss,accuracy,val_loss,val_accuracy"
    rows = [
        f"{n},0.1,0.01,{2 / n},{1 - 1 / n},{'nan' if bad else 3 / n},{1 - 1 / (n + 1)}" for n in range(1, epochs + 1)
    ]
    run.write("metrics.csv", "\n".join([head, *rows, ""]))
    more = {f"mean_absolute_percentage_error_{n}": n / 7 for n in range(metrics)}
    scores = {split: {"loss": 0.5, "accuracy": 0.75, **more} for split in ("train", "validation")}
    counts = {"train": 96, "validation": 24}
    run.write("summary.json", json.dumps({"kind": "run", "best_epoch": epochs, "metrics": scores, "rows": counts}))
    names = [MARKUP, "ж" * 300, *map(str, range(1000))] if bad else ["setosa", "virginica"]
    run.write("model.json", json.dumps({"classes": names}))
    finding = {"severity": "warning", "disease": "too_few_epochs", "message": MARKUP, "set": ["train.epochs=9"]}
    run.write("diagnosis.json", json.dumps({"findings": [finding], "scores": {}}))
    return run


def pages(folder: Path) -> dict[str, list[Subject]]:
    """Return what the pages are about, by their names."""
    plain, bad = run_of(folder, "plain", 30), run_of(folder, "markup", 30, bad=True)
    group = RunDir.create(folder, "group")
    members = {f"seed-{number}": {} for number in range(1, 31)}
    group.write("group.json", json.dumps({"kind": "seeds", "members": members}))
    for name in members:
        run_of(group.path, name, 100)
    return {
        "run": [read(plain)],
        "markup": [read(bad)],
        "one-epoch": [read(run_of(folder, "short", 1))],
        "long": [read(run_of(folder, "long", 20_000))],
        "two": [read(plain), read(bad)],
        "wide": [read(plain), read(run_of(folder, "wide", 5, metrics=10))],
        "group": [read(group)],
    }


def check_loading(browser: Chromium, file: Path, dark: bool, width: int) -> None:
    """Raise AssertionError for an error, a request, a script that has run, or a page wider than the window."""
    browser.requests.clear()
    browser.open(file, width, dark)
    refuse(browser.faults, "the console has errors")
    refuse([url for url in browser.requests if url != file.as_uri() and not url.startswith("data:")], "was fetched")
    refuse([] if browser.value("document.title") != "broken" else ["a script"], "was run from a name")
    found = browser.value("document.documentElement.scrollWidth")
    refuse([] if found <= width else [str(found)], f"is the width of the page, and {width} that of the window")
    drawn = browser.value("document.querySelectorAll('.chart path[d^=M]').length")
    refuse([] if drawn else ["no curve"], "was drawn")


def check_keys(browser: Chromium, file: Path) -> None:
    """Raise AssertionError unless keys read and zoom a chart, and the box changes its axis."""
    browser.open(file)
    browser.value("document.querySelector('.chart').focus()")
    browser.key("ArrowRight")
    browser.key("ArrowRight")
    expect(browser, "document.querySelector('.chart output').textContent", "epoch 2: training 1, validation 1.5")
    browser.key("+")
    expect(browser, "charts[0].range.join()", "1,9")
    browser.key("Escape")
    expect(browser, "charts[0].range", None)
    browser.value("document.querySelector('input[name=log]').click()")
    expect(browser, "charts[0].log", True)
    browser.value("document.querySelector('input[name=train]').click()")
    expect(browser, "document.querySelectorAll('.chart')[0].querySelectorAll('path').length", 1)


def check_mouse(browser: Chromium, file: Path) -> None:
    """Raise AssertionError unless the pointer reads a value and a drag zooms."""
    browser.open(file)
    browser.value("document.querySelector('.chart').scrollIntoView({block: 'center'})")
    box = browser.value("JSON.parse(JSON.stringify(document.querySelector('.chart svg').getBoundingClientRect()))")
    middle, height = box["x"] + box["width"] / 2, box["y"] + 100
    browser.mouse("mouseMoved", middle, height, button="none")
    expect(browser, "document.querySelector('.chart output').textContent.startsWith('epoch 1')", True)
    browser.mouse("mousePressed", middle, height)
    browser.mouse("mouseMoved", middle + 100, height)
    browser.mouse("mouseReleased", middle + 100, height)
    expect(browser, "charts[0].range !== null && charts[0].range[0] > 5 && charts[0].range[1] < 30", True)
    browser.value("document.getElementById('whole').click()")
    expect(browser, "charts[0].range", None)


def check_paper(browser: Chromium, file: Path) -> None:
    """Raise AssertionError unless a page that is dark on the screen is printed light and whole, with text to read."""
    browser.open(file, 1100, dark=True)
    browser.on_paper()
    colors = "[...document.querySelectorAll('html, pre, table')].map(each => getComputedStyle(each).backgroundColor)"
    dark = [each for each in browser.value(colors) if each not in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")]
    refuse(dark, "is the background of a part on paper")
    far = "[...document.querySelectorAll('main *')].filter(each => each.getBoundingClientRect().right > innerWidth + 1)"
    refuse(browser.value(f"{far}.map(each => each.outerHTML.slice(0, 90))"), "is cut at the edge of the paper")
    folded = "[...document.querySelectorAll('details > :not(summary)')].filter(each => !each.checkVisibility("
    folded += "{contentVisibilityAuto: true}) || each.getBoundingClientRect().height === 0)"
    refuse(browser.value(f"{folded}.map(each => each.outerHTML.slice(0, 90))"), "is folded away on paper")
    sizes = "[...document.querySelectorAll('.chart text')].map(each => each.getBoundingClientRect().height)"
    small = [f"{each} pixels" for each in browser.value(sizes) if each < LEAST_TEXT]
    refuse(small, "is the height of a text in a chart on paper")
    hidden = "[...document.querySelectorAll('nav, .controls')].filter(each => each.checkVisibility()).length"
    expect(browser, hidden, 0)


def expect(browser: Chromium, expression: str, wanted: object) -> None:
    """Raise AssertionError unless the expression has this value."""
    found = browser.value(expression)
    refuse([] if found == wanted else [f"{expression} is {found!r}"], f"not {wanted!r}")


def refuse(found: list[str], why: str) -> None:
    """Raise AssertionError where anything was found."""
    if found:
        raise AssertionError(f"{found[:5]} {why}")


def main() -> None:
    """Check every page in light and dark, wide and narrow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="*", type=Path, help="folders of runs, groups and searches to look at too")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of every page")
    parser.add_argument("--axe", type=Path, help="axe.min.js, which checks the accessibility")
    parser.add_argument("--quick", action="store_true", help="look at two of the pages")
    given = parser.parse_args()
    pictures = given.pictures
    if program() is None:
        sys.exit(f"error: no Chromium was found\n help: {INSTALL}")
    with tempfile.TemporaryDirectory() as name, Chromium() as browser:
        every = pages(Path(name)) | {f"{path.name} given": [read(find(path.parent, path.name))] for path in given.runs}
        for title in ("run", "markup", "wide") if given.quick else every:
            file = Path(name, f"{title}.html")
            file.write_text(page(every[title]), encoding="utf-8")
            for look, width, dark in (("light", 1100, False), ("dark", 1100, True), ("phone", 375, False)):
                check_loading(browser, file, dark, width)
                if given.axe is not None:
                    refuse(browser.accessibility(given.axe), f"is what axe finds ({title}, {look})")
                if pictures is not None:
                    pictures.mkdir(parents=True, exist_ok=True)
                    browser.picture(pictures / f"{title}-{look}.png")
            check_paper(browser, file)
            if pictures is not None:
                browser.pdf(pictures / f"{title}.pdf")
            print(f"{title}: {file.stat().st_size:,} bytes, no error, nothing fetched")
        check_keys(browser, Path(name, "run.html"))
        check_mouse(browser, Path(name, "run.html"))
        print("keys and mouse: values are read, curves are zoomed")


if __name__ == "__main__":
    main()
