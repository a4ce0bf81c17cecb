"""A headless Chromium, driven over a pipe by the DevTools protocol; it needs nothing but Python's standard library."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "install Chromium, such as with `apt-get install chromium`"
PAPER = 718  # pixels between the margins of A4
SECONDS = 30.0  # to wait for an answer


def program() -> str | None:
    """Return the path of an installed Chromium."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Chromium:
    """One page in a headless browser. `faults`: errors of the console and of scripts; `requests`: what was loaded."""

    def __enter__(self) -> Self:
        """Start the browser and open an empty page; raises FileNotFoundError where none is installed."""
        path = program()
        if path is None:
            raise FileNotFoundError(INSTALL)
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.count, self.buffer, self.session = 0, b"", ""
        from_us, self.write = os.pipe()
        self.read, to_us = os.pipe()
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" 3<&{from_us} 4>&{to_us}', "sh", path, "--headless=new", "--no-sandbox",
             "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--remote-debugging-pipe",
             f"--user-data-dir={self.profile.name}", "about:blank"],
            pass_fds=(from_us, to_us), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(from_us)
        os.close(to_us)
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.terminate()
        self.process.wait(SECONDS)
        os.close(self.write)
        os.close(self.read)
        self.profile.cleanup()

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method and return its result; raises RuntimeError for an error and TimeoutError."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        number = self.count
        answer = self._until(lambda one: one.get("id") == number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return dict(answer.get("result", {}))

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = time.monotonic() + SECONDS
        while True:
            while b"\0" in self.buffer:
                line, _, self.buffer = self.buffer.partition(b"\0")
                message = json.loads(line)
                self._note(message)
                if wanted(message):
                    return dict(message)
            if not select.select([self.read], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            self.buffer += os.read(self.read, 1 << 20)

    def _note(self, message: dict[str, Any]) -> None:
        match message.get("method"), message.get("params", {}):
            case "Runtime.exceptionThrown", found:
                self.faults.append(str(found["exceptionDetails"].get("exception", {}).get("description", found)))
            case "Log.entryAdded", found if found["entry"]["level"] in ("error", "warning"):
                self.faults.append(str(found["entry"]["text"]))
            case "Runtime.consoleAPICalled", found if found["type"] in ("error", "warning"):
                self.faults.append(str(found["args"]))
            case "Network.requestWillBeSent", found:
                self.requests.append(str(found["request"]["url"]))

    def open(self, page: Path | str, width: int = 1100, dark: bool = False) -> None:
        """Open a file, or a URL, in a window of this width."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.features = [scheme]
        self.send("Emulation.setEmulatedMedia", media="", features=self.features)
        self.send("Page.navigate", url=page if isinstance(page, str) else page.absolute().as_uri())
        self._until(lambda one: one.get("method") == "Page.loadEventFired")

    def on_paper(self) -> None:
        """Show the open page as it is printed, on paper of A4; `open` ends it."""
        self.value("dispatchEvent(new Event('beforeprint'))")
        self.send("Emulation.setDeviceMetricsOverride", width=PAPER, height=1000, deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setEmulatedMedia", media="print", features=self.features)

    def value(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript in the page, of a promise what it becomes."""
        found = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{expression}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def key(self, name: str) -> None:
        """Press and release a key."""
        text = {"text": name} if len(name) == 1 else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=name, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=name)

    def mouse(self, kind: str, x: float, y: float, button: str = "left") -> None:
        """Move, press or release the mouse: `mouseMoved`, `mousePressed`, `mouseReleased`."""
        buttons = 1 if button == "left" else 0
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, buttons=buttons, clickCount=1)

    def click(self, selector: str) -> None:
        """Click on the middle of an element with the mouse; raises RuntimeError where there is none."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.value(f"{found}.scrollIntoView({{block: 'center'}})")
        box = self.value(f"JSON.parse(JSON.stringify({found}.getBoundingClientRect()))")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.mouse(kind, x, y)

    def accessibility(self, checker: Path) -> list[str]:
        """Return the serious and critical findings of axe (https://github.com/dequelabs/axe-core) on the page."""
        self.value(f"{checker.read_text(encoding='utf-8')}; true")
        found = self.value("axe.run().then(found => JSON.parse(JSON.stringify(found.violations)))")
        weighty = [each for each in found if each["impact"] in ("serious", "critical")]
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in weighty]

    def picture(self, file: Path) -> None:
        """Write a PNG of the whole page."""
        found = self.send("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        file.write_bytes(base64.b64decode(found["data"]))

    def pdf(self, file: Path) -> None:
        """Print the page to a PDF file."""
        file.write_bytes(base64.b64decode(self.send("Page.printToPDF")["data"]))
