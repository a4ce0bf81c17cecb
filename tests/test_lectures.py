"""Every command and number of docs/lectures.md: what takes a moment is run, the rest is in the header of its config."""

import importlib.util
import re
import shlex
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nntrain.config.load import load
from nntrain.document import yaml_file
from nntrain.explain import example  # noqa: F401  # the backend is started for it

ROOT = Path(__file__).parents[1]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lectures_items", ROOT / "scripts" / "lectures_suite" / "items.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look
    spec.loader.exec_module(module)
    return module


suite = _script()
ITEMS = suite.items()
COUNTS = {
    "A": 20,
    "B": 22,
    "C": 18,
    "D": 10,
    "E": 7,
    "F": 7,
    "G": 5,
    "H": 8,
    "I": 6,
    "J": 9,
    "K": 8,
    "L": 9,
    "X": 10,  # the errata
}
EVERY = [shown for item in ITEMS for shown in item.commands]


def test_every_item_of_the_syllabus_is_there_once_in_its_order() -> None:
    expected = [f"{letter}{number}" for letter, count in COUNTS.items() for number in range(1, count + 1)]
    assert [item.number for item in ITEMS] == expected


def test_every_item_that_works_has_a_command_or_a_test_and_every_other_a_reason() -> None:
    for item in ITEMS:
        assert item.commands or item.tests or item.verdict == "not here", item.number
        assert bool(item.reason) == (item.verdict != "works"), item.number
        assert all(shown.expected for shown in item.commands), item.number


def test_the_tests_that_it_names_exist() -> None:
    for item in ITEMS:
        for name in item.tests:
            file, _, function = name.partition("::")
            assert (ROOT / file).exists(), name
            assert not function or f"def {function}(" in (ROOT / file).read_text(), name


def test_the_plots_that_it_names_are_those_of_runs_groups_and_searches() -> None:
    kinds = {file.stem for folder in ("plots", "search/plots") for file in (ROOT / "nntrain" / folder).glob("*.py")}
    named = {name for item in ITEMS for name in re.findall(r" · plot `(.+?)`", item.text)}
    assert len(named) >= 10
    assert named <= kinds


STATED = [shown for shown in EVERY if shown.is_stated]


@pytest.mark.parametrize("shown", STATED, ids=[shown.command.partition(" ")[2] for shown in STATED])
def test_what_takes_long_is_in_the_header_of_a_config_that_is_valid(shown: Any) -> None:
    load(ROOT / shown.config)
    assert not shown.missing(suite.header(shown.config)), shown.command
    assert " ".join(shlex.split(shown.command)[:3]) in suite.header(shown.config) or "explain" in shown.command


@cache
def printed(ran: Any, command: str) -> str:
    done = ran(ROOT, *shlex.split(command)[1:])
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return str(done.stdout + done.stderr)


def test_every_other_command_prints_what_the_page_says(in_process: Any) -> None:
    wrong = {
        shown.command: missing
        for shown in EVERY
        if not shown.is_stated and (missing := shown.missing(printed(in_process, shown.command)))
    }
    assert not wrong


def test_the_lines_of_yaml_are_yaml() -> None:
    """A code span that is neither a command nor a test, in the line of the commands."""
    for item in ITEMS:
        for line in item.text.splitlines()[1:]:
            first = line.split(" · ")[0]
            if first.startswith("`") and "nntrain " not in first and "tests/" not in first and ": " in first:
                assert yaml_file.parse(first.strip("`").removeprefix("- ") + "\n", item.number).tree, first


@pytest.mark.parametrize(
    ("text", "expected", "held"),
    [
        ("a  0.0043641675", "0.00436417", True),
        ("a  0.0043651675", "0.00436417", False),
        ("w  1e-05", "1e-05", True),
        ("27 parameters", "27", True),
        ("127 parameters", "27", False),
        ("all\n  epochs", "all epochs", True),
    ],
)
def test_a_number_is_held_if_it_rounds_to_it(text: str, expected: str, held: bool) -> None:
    assert suite.holds(text, expected) == held
