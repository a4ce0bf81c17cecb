"""What a user does with a page, and waits for."""

import time
from collections.abc import Callable
from typing import Any

from chromium import Chromium

SECONDS = 60.0  # until the page shows what it should


def refuse(found: list[str], why: str) -> None:
    """Raise AssertionError where anything was found."""
    if found:
        raise AssertionError(f"{found[:5]} {why}")


def until(browser: Chromium, expression: str, wanted: Callable[[Any], bool] = bool) -> Any:
    """Return the value of an expression as soon as it is wanted; raises AssertionError where that takes too long."""
    end = time.monotonic() + SECONDS
    while not wanted(found := browser.value(expression)):
        if time.monotonic() > end:
            raise AssertionError(f"{expression} is {found!r}")
        time.sleep(0.05)
    return found


def text(browser: Chromium, name: str) -> str:
    """Return the text of the element with this id."""
    return str(browser.value(f"document.getElementById('{name}').textContent"))


def picture_of(browser: Chromium, selector: str) -> str:
    """Return the picture of a canvas, as a URL."""
    return str(browser.value(f"document.querySelector('{selector}').toDataURL()"))


def choose(browser: Chromium, name: str, value: str) -> None:
    """Choose an option of a select, as a user does with the keys; it must be there."""
    field = f"document.querySelector('[name={name}]')"
    browser.value(f"{field}.focus()")
    options = browser.value(f"[...{field}.options].map(option => option.value)")
    place = options.index(value) - options.index(browser.value(f"{field}.value"))
    browser.value(f"{field}.selectedIndex += {place}; {field}.dispatchEvent(new Event('change', {{bubbles: true}}))")
