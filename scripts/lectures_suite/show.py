"""Print the items of docs/lectures.md, numbered, each with its verdict, its commands and what they give.

With `--run` the commands that take a moment are run, and what they print is compared; a result that takes longer is
compared with the header of its config. The exit code is 1 where one differs.
"""

import argparse
import os
import shlex
import subprocess
import sys
from collections import Counter
from functools import cache

from items import ROOT, Item, Shown, header, items


def main() -> int:
    """Print all items, or those whose numbers begin with one of the words."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", help="A, B3, … ; all without one")
    parser.add_argument("--run", action="store_true", help="run the commands and compare")
    options = parser.parse_args()
    chosen = [one for one in items() if not options.numbers or one.number.startswith(tuple(options.numbers))]
    wrong = sum(show(item, options.run) for item in chosen)
    counts = Counter(item.verdict for item in chosen)
    print(f"{len(chosen)} items: " + ", ".join(f"{count} {word}" for word, count in counts.items()))
    if wrong:
        print(f"{wrong} commands give something else")
    return 1 if wrong else 0


def show(item: Item, run: bool) -> int:
    """Print an item; return how many of its commands give something else."""
    print(f"{item.number:4} {item.verdict:8} {item.title}" + (f": {item.reason}" if item.reason else ""))
    wrong = 0
    for shown in item.commands:
        missing = shown.missing(given(shown)) if run else []
        wrong += bool(missing)
        state = f"   MISSING {', '.join(missing)}" if missing else ""
        print(f"       {shown.command}  →  {', '.join(shown.expected)}{state}")
    for test in item.tests:
        print(f"       {test}")
    return wrong


def given(shown: Shown) -> str:
    """Return what a command prints, or the header of its config."""
    return header(shown.config) if shown.is_stated else printed(shown.command)


@cache
def printed(command: str) -> str:
    """Return what a command prints."""
    words = shlex.split(command)[1:]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "nntrain", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    return done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
