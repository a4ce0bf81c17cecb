"""The playground in a real Chromium, by clicking: served by nntrain, and as one file that trains by itself.

scripts/browser playground [--pictures FOLDER] [--axe axe.min.js] [--documentation]
"""

import argparse
import base64
import io
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chromium import INSTALL, Chromium, program
from clicks import choose, picture_of, refuse, text, until
from PIL import Image

from nntrain import backend

backend.start("cpu")
from nntrain.playground import compose, spread  # noqa: E402
from nntrain.playground.base import Base  # noqa: E402
from nntrain.playground.from_table import base_of  # noqa: E402
from nntrain.playground.page import alone  # noqa: E402
from nntrain.playground.server import Server  # noqa: E402
from nntrain.playground.session import Session  # noqa: E402
from nntrain.playground.settings import Settings  # noqa: E402
from nntrain.serving.server import listen, url_of  # noqa: E402

TOKEN = "token"
PICTURE = Path(__file__).parents[2] / "docs" / "images" / "playground.png"
EPOCH = "Number(document.getElementById('epoch').textContent.replace(',', ''))"


@contextmanager
def served(base: Base) -> Iterator[tuple[Session, str]]:
    """Serve a playground in this process; its session and its address."""
    session, listening = Session(base), listen("127.0.0.1", 0)
    with Server(listening, session, TOKEN) as server:
        session.start()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield session, f"{url_of(listening)}/?token={TOKEN}"
        session.close()
        server.shutdown()


def check_loading(browser: Chromium, url: str) -> None:
    """Raise AssertionError for an error, a request to another place, or a page wider than the window."""
    until(browser, "document.querySelectorAll('.unit').length")
    refuse(browser.faults, "the console has errors")
    origin = url.split("?")[0]
    refuse([each for each in browser.requests if not each.startswith(origin)], "was fetched")
    widths = browser.value("[document.documentElement.scrollWidth, innerWidth]")
    refuse([] if widths[0] <= widths[1] else [str(widths)], "are the widths of the page and of the window")


def check_training(browser: Chromium) -> None:
    """Raise AssertionError unless steps, runs, pauses and earlier epochs are shown."""
    before = picture_of(browser, "#unit_1_0 canvas"), picture_of(browser, "#plane")
    check_steps(browser)
    browser.click("#one_epoch")
    until(browser, f"{EPOCH} === 1 && document.getElementById('steps').textContent === '0 of 25'")
    browser.click("#one_epoch")
    until(browser, f"{EPOCH} === 2")
    browser.click("#run")
    until(browser, EPOCH, lambda epoch: epoch >= 20)
    browser.click("#run")
    until(browser, "document.querySelector('#run span:last-child').textContent === 'Run'")
    time.sleep(0.5)
    reached = browser.value(EPOCH)
    after = picture_of(browser, "#unit_1_0 canvas"), picture_of(browser, "#plane")
    refuse(["unit"] * (before[0] == after[0]) + ["plane"] * (before[1] == after[1]), "has not moved")
    drawn = browser.value("document.querySelectorAll('#curve path').length")
    refuse([] if drawn == 2 else [str(drawn)], "curves are drawn")
    browser.value("document.getElementById('shown').focus()")
    browser.key("Home")
    until(browser, f"{EPOCH} === 0")
    until(browser, "true")
    refuse([] if picture_of(browser, "#unit_1_0 canvas") == before[0] else ["epoch 0"], "has another picture now")
    browser.key("End")
    until(browser, f"{EPOCH} === {reached}")


def check_steps(browser: Chromium) -> None:
    """Raise AssertionError unless a click on *One step* is one update, with which pictures, weights and losses move."""
    seen = "JSON.stringify([...['loss', 'val_loss', 'metric'].map(id => document.getElementById(id).textContent)])"
    shown: list[tuple[str, ...]] = []
    for step in (1, 2, 3):
        browser.click("#step")
        until(browser, f"document.getElementById('steps').textContent === '{step} of 25' && {EPOCH} === 0")
        widths = str(browser.value("[...document.querySelectorAll('#wires path')].map(each => each.outerHTML).join()"))
        pictures = picture_of(browser, "#unit_1_0 canvas"), picture_of(browser, "#plane")
        shown.append((str(browser.value(seen)), widths, *pictures))
    for what, each in zip(("the losses", "the weights", "a unit", "the plane"), zip(*shown, strict=True), strict=True):
        refuse([] if len(set(each)) == len(each) else [what], "do not move with every step")
    drawn = str(browser.value("document.querySelector('#curve path').getAttribute('d')"))
    refuse([] if drawn.count("L") == 2 else [drawn], "is the curve of three steps")
    until(browser, "document.getElementById('yaml').textContent.includes('steps: 3')")


def check_network(browser: Chromium) -> None:
    """Raise AssertionError unless features, units and layers change the network, and a unit shows its weights."""
    wires = "document.querySelectorAll('#wires path').length"
    until(browser, f"{wires} === 2 * 4 + 4 * 2 + 2")
    browser.click("#feature_x2")
    until(browser, f"{wires} === 3 * 4 + 4 * 2 + 2")
    browser.click("#more_1")
    until(browser, f"{wires} === 3 * 5 + 5 * 2 + 2")
    browser.click("#more")
    until(browser, f"{wires} === 3 * 5 + 5 * 2 + 2 * 2 + 2")
    browser.click("#fewer")
    until(browser, f"{wires} === 3 * 5 + 5 * 2 + 2")
    whole = picture_of(browser, "#plane")
    browser.click("#unit_1_2")
    until(browser, "document.getElementById('unit').textContent.startsWith('Layer 1, unit 3: weights x ')")
    refuse([] if picture_of(browser, "#plane") != whole else ["the plane"], "does not show the unit")
    browser.click("#unit_1_2")
    browser.click("#feature_x2")
    until(browser, f"{wires} === 2 * 5 + 5 * 2 + 2")


def check_data(browser: Chromium) -> None:
    """Raise AssertionError unless other data and other settings begin a new training."""
    for kind in ("xor", "reg_plane", "circle"):
        before = picture_of(browser, "#plane")
        browser.click(f".kind[data-kind={kind}]")
        until(browser, f"document.querySelector('.kind[data-kind={kind}] input').checked")
        until(browser, "document.getElementById('plane').toDataURL()", lambda now, before=before: now != before)
    choose(browser, "regularizer", "L2")
    choose(browser, "momentum", "0.9")
    until(browser, "document.getElementById('yaml').textContent.includes('SGD: {learning_rate: 0.03, momentum: 0.9}')")
    choose(browser, "optimizer", "Adam")
    until(browser, "document.getElementById('for_momentum').hidden")
    until(browser, "document.getElementById('yaml').textContent.includes('L2: ')")
    until(browser, "document.getElementById('yaml').textContent.includes('Adam: {learning_rate: 0.03}')")
    choose(browser, "regularizer", "none")
    choose(browser, "optimizer", "SGD")
    choose(browser, "momentum", "0")


def check_divergence(browser: Chromium) -> None:
    """Raise AssertionError unless a training that diverges says so, and another setting begins a new one."""
    browser.click(".kind[data-kind=reg_plane]")
    choose(browser, "activation", "linear")
    choose(browser, "learning_rate", "10")
    until(browser, f"{EPOCH} === 0 && document.getElementById('run').disabled === false")
    browser.click("#run")
    until(browser, "document.querySelector('#status.fault')?.textContent ?? ''", lambda said: "diverged" in said)
    choose(browser, "learning_rate", "0.03")
    choose(browser, "activation", "tanh")
    browser.click(".kind[data-kind=circle]")
    until(browser, "document.getElementById('status').textContent === ''")


def check_page(browser: Chromium, url: str, given: argparse.Namespace, name: str) -> None:
    """Check a page in light and dark, wide and as narrow as a phone."""
    looks = (("light", 1280, False), ("dark", 1280, True), ("phone", 400, False))
    for look, width, dark in looks[:1] if given.quick else looks:
        browser.requests.clear()
        browser.open(url, width, dark)
        check_loading(browser, url)
        if look == "light":
            check_training(browser)
            check_network(browser)
        if look == "light" and not given.quick:
            check_data(browser)
            check_divergence(browser)
        browser.click("#run")
        until(browser, "document.querySelector('#run span:last-child').textContent === 'Pause'")
        until(browser, EPOCH, lambda epoch: epoch >= (5 if given.quick else 120))
        browser.click("#run")
        until(browser, "document.querySelector('#run span:last-child').textContent === 'Run'")
        if given.axe is not None:
            refuse(browser.accessibility(given.axe), f"is what axe finds ({name}, {look})")
        if given.pictures is not None:
            given.pictures.mkdir(parents=True, exist_ok=True)
            browser.value("scrollTo(0, 0); document.activeElement.blur()")
            time.sleep(0.5)
            browser.picture(given.pictures / f"{name}-{look}.png")
        refuse(browser.faults, "the console has errors")


def check_table(browser: Chromium, folder: Path) -> None:
    """Raise AssertionError unless the columns of a table can be chosen, also one whose name is markup."""
    lines = [f"{row % 31},{row * 1.5 % 17:.1f},{row % 7},{'abc'[row % 3]}\n" for row in range(90)]
    (folder / "t.csv").write_text("".join(["age,<b>fare</b>,size,kind\n", *lines]))
    with served(base_of(folder / "t.csv", None)) as (session, url):
        browser.requests.clear()
        browser.open(url, 1280)
        check_loading(browser, url)
        choose(browser, "y", "size")
        until(browser, "document.getElementById('legend').textContent.includes('up size (')")
        choose(browser, "y", "<b>fare</b>")
        until(browser, "document.getElementById('legend').textContent.includes('up <b>fare</b> (')")
        browser.click("#one_epoch")
        until(browser, f"{EPOCH} === 1")
        until(browser, "document.getElementById('yaml').textContent.includes('epochs: 1')")
        wanted = compose.text(session.base, session.desk.now.settings, 1)
        refuse([] if text(browser, "yaml") == wanted else [text(browser, "yaml")], "is not the config")
        refuse(browser.faults, "the console has errors")


def document(browser: Chromium) -> None:
    """Write the picture of the documentation: a spiral that is learnt."""
    settings = Settings(kind="spiral", features=("x", "y", "sin_x", "sin_y"), hidden=(8, 6), noise=0.1, held_out=0.3)
    with served(Base(settings.model_copy(update={"optimizer": "Adam", "learning_rate": 0.01}))) as (_, url):
        browser.open(url, 1200)
        check_loading(browser, url)
        browser.click("#run")
        until(browser, EPOCH, lambda epoch: epoch >= 150)
        browser.click("#run")
        time.sleep(1)
        browser.value("scrollTo(0, 0); document.activeElement.blur()")
        clip = {"x": 0, "y": 0, "width": 1200, "height": 890, "scale": 1}
        found = base64.b64decode(browser.send("Page.captureScreenshot", clip=clip, format="png")["data"])
    with Image.open(io.BytesIO(found)) as image:
        image.convert("RGB").quantize(128).save(PICTURE, optimize=True)


def main() -> None:
    """Check both pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of every page")
    parser.add_argument("--axe", type=Path, help="axe.min.js, which checks the accessibility")
    parser.add_argument("--quick", action="store_true", help="look at both pages in light alone, and at less of them")
    parser.add_argument("--documentation", action="store_true", help=f"write {PICTURE} and end")
    given = parser.parse_args()
    if given.quick:
        spread.EPOCHS, spread.SEEDS = 3, 1
    if program() is None:
        sys.exit(f"error: no Chromium was found\n help: {INSTALL}")
    if given.documentation:
        with Chromium() as browser:
            document(browser)
        return
    with tempfile.TemporaryDirectory() as name:
        with served(Base()) as (session, url):
            with Chromium() as browser:
                check_page(browser, url, given, "served")
                browser.click("#copy")
                wanted = compose.text(session.base, session.desk.now.settings, session.desk.now.epoch)
                until(browser, "document.getElementById('yaml').textContent", lambda found: found == wanted)
                browser.click("#run")
                until(browser, "document.querySelector('#run span:last-child').textContent === 'Pause'")
            epoch = session.desk.now.epoch  # the browser has closed in the middle of a training, which goes on
            while session.desk.now.epoch < epoch + 5:
                time.sleep(0.02)
            print("served: no error, nothing else fetched; clicks train, show and change the network")
        with Chromium() as browser:
            file = Path(name, "playground.html")
            file.write_text(alone.page(Base(), spread.data_of(Base()), spread.spread_of(Base())), encoding="utf-8")
            check_page(browser, file.as_uri(), given, "alone")
            browser.open(file)
            until(browser, EPOCH, lambda epoch: epoch == 0)
            browser.click("#run")
            until(browser, EPOCH, lambda epoch: epoch >= spread.EPOCHS)
            said = text(browser, "compared")
            refuse([] if said.endswith("both within 1 % of these ranges.") else [said], "is not within the spread")
            print(f"alone: {file.stat().st_size:,} bytes; {said.partition('. Here ')[2]}")
            check_table(browser, Path(name))
            print("table: columns are chosen, the config is that of the training")


if __name__ == "__main__":
    main()
