"""The items of docs/lectures.md: what each says, its commands with what they print, its tests, its verdict."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "lectures.md"
_HEAD = re.compile(r"\*\*([A-LX]\d+)\. (.+?)\.\*\* ?")
_COMMAND = re.compile(r"`(nntrain [^`]+)`( → `[^`]+`(?:, `[^`]+`)*)?")
_TEST = re.compile(r"`(tests/[^`]+)`")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Shown:
    """A command, and the texts or numbers that the page says it gives."""

    command: str
    expected: tuple[str, ...]

    @property
    def config(self) -> str:
        """The config in it, or nothing."""
        return next((word for word in self.command.split() if word.startswith("configs/")), "")

    @property
    def is_stated(self) -> bool:
        """Whether its result is in the header of its config, because it takes long."""
        words = self.command.split()
        return words[1] in ("fit", "tune") and bool(self.config) or "--gradients" in words

    def missing(self, text: str) -> list[str]:
        """Return what it should give and a text does not hold."""
        return [one for one in self.expected if not holds(text, one)]


@dataclass(frozen=True)
class Item:
    """One item of the syllabus."""

    number: str
    title: str
    text: str
    commands: tuple[Shown, ...]
    tests: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """`works`, `partly` or `not here`."""
        return "not here" if "**Not here**" in self.text else "partly" if "**Partly**" in self.text else "works"

    @property
    def reason(self) -> str:
        """Why it does not work whole."""
        found = re.search(r"\*\*(?:Not here|Partly)\*\*: (.+?)(?: · |$)", self.text, re.MULTILINE)
        return found[1] if found else ""


def items() -> list[Item]:
    """Return every item of the page, in its order."""
    return list(_items(PAGE.read_text(encoding="utf-8")))


def _items(page: str) -> Iterator[Item]:
    for block in re.split(r"\n\s*\n", page):
        if head := _HEAD.match(block):
            below = block.partition("\n")[2]  # the idea may name a command too
            commands = tuple(Shown(found[1], _spans(found[2] or "")) for found in _COMMAND.finditer(below))
            yield Item(head[1], head[2], block[head.end() :], commands, tuple(_TEST.findall(block)))


def _spans(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", text))


def holds(text: str, expected: str) -> bool:
    """Return whether a text holds another, or a number that rounds to it."""
    if not _NUMBER.fullmatch(expected):
        return " ".join(expected.split()) in " ".join(text.split())
    decimals, wanted = _decimals(expected), float(expected)
    return any(abs(float(found) - wanted) <= 0.5000001 * decimals for found in _NUMBER.findall(text))


def _decimals(number: str) -> float:
    """Return the unit of the last digit of a written number; 0 for a whole one."""
    digits, _, exponent = number.partition("e")
    after = len(digits.partition(".")[2])
    return float(10.0 ** (int(exponent or 0) - after)) if after or exponent else 0.0


def header(config: str) -> str:
    """Return the comment lines that begin a config, as one line."""
    lines = (ROOT / config).read_text(encoding="utf-8").splitlines()
    return " ".join(line.removeprefix("# ") for line in lines if line.startswith("# "))
