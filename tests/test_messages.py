"""The exact text of every message about a config: a file of tests/messages/ each.

A file holds a config, then the command that reads it, then what the command prints. What no text editor keeps is made
here instead (`GENERATED`). A new file may end with its command: the test then fails and shows the text to add.
"""

import os
import re
import shlex
from pathlib import Path

import pytest

from nntrain.config import file_checks
from nntrain.config.search.load import load_whole
from nntrain.errors import NNTrainError

FOLDER = Path(__file__).parent / "messages"
CASES = sorted(str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("*.txt"))
COMMAND = "$ nntrain check "
VALID = b"data: iris\nmodel: [Flatten]\n"

GENERATED = {
    "yaml/control_character": b"data: ir\x07is\nmodel: [Flatten]\n",
    "yaml/null_character": b"data: iris\nmodel: [Flat\x00ten]\n",
    "yaml/no_break_space": "data: iris\nmodel:\n  - Dense:\N{NO-BREAK SPACE}3\n".encode(),
    "yaml/latin_1": "data: iris\n# größe\nmodel: [Flatten]\n".encode("latin-1"),
    "yaml/too_deep": b"data: iris\nmodel: " + 100_000 * b"[" + 100_000 * b"]" + b"\n",
    "yaml/long_number": b"seed: " + 5000 * b"9" + b"\ndata: iris\nmodel: [Flatten]\n",
    "yaml/yaml_directive_long": b"%YAML 1." + 5000 * b"9" + b"\n---\ndata: iris\nmodel: [Flatten]\n",
    "yaml/too_large": VALID + 100_000 * b"# comment\n",
}


def split(case: str) -> tuple[bytes, str, str]:
    """The config, the command without its name, and what it is to print."""
    text = (FOLDER / f"{case}.txt").read_text()
    config, _, rest = text.partition(COMMAND)
    command, _, expected = rest.partition("\n")
    return GENERATED.get(case, config.encode()), command, expected.removesuffix("\n")


def printed(arguments: list[str]) -> str:
    """What `nntrain check` prints for a config: its errors, or else its warnings."""
    try:
        config = load_whole(arguments[0], arguments[2::2])
        file_checks.refuse_missing(config)
    except NNTrainError as error:
        return str(error)
    return "\n\n".join(str(warning) for warning in config.warnings)


@pytest.mark.parametrize("case", CASES)
def test_the_message_is_exactly_this_text(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, command, expected = split(case)
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("config.yaml").write_bytes(config)
    found = printed(shlex.split(command)).replace(os.fspath(tmp_path), "/home")
    assert expected, f"tests/messages/{case}.txt ends with its command; read this text, mend it, add it:\n\n{found}"
    assert found == expected


def test_there_are_messages_of_every_kind() -> None:
    kinds = {case.partition("/")[0] for case in CASES}
    assert kinds == {"data", "names", "rules", "several", "set", "tune", "values", "yaml"}
    assert len(CASES) >= 60
    assert set(GENERATED) <= set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_every_message_says_what_is_wrong_and_how_to_fix_it_in_the_house_style(case: str) -> None:
    expected = split(case)[2]
    assert expected, f"tests/messages/{case}.txt lacks its text"
    for problem in expected.split("\n\n"):
        lines = problem.splitlines()
        kind, _, message = lines[0].partition(": ")
        helps = [line.removeprefix(" help: ") for line in lines if line.startswith(" help: ")]
        assert kind in ("error", "warning")
        assert len(helps) == 1, f"{case}: not exactly one help: {problem}"
        for sentence in (message, helps[0]):
            assert not sentence.endswith((".", "?", "!")) or sentence.endswith("..."), f"{case}: {sentence}"
            assert re.match(r"[a-z`0-9]", sentence), f"{case}: {sentence}"
            assert sentence.count("`") % 2 == 0, f"{case}: {sentence}"


@pytest.mark.parametrize("case", CASES)
def test_the_carets_stand_below_the_line_of_the_file_and_within_it(case: str) -> None:
    config, _, expected = split(case)
    source = config.decode("utf-8", "replace").split("\n")
    for line, column, shown, gap, carets in re.findall(
        r"^  --> config\.yaml:(\d+):(\d+).*\n +\d+ \| (.*)\n +\| ( *)(\^+)$", expected, re.MULTILINE
    ):
        assert len(gap) + len(carets) <= len(shown) + 3, f"{case}: the carets leave the line"
        if len(source[int(line) - 1]) <= 120 and source[int(line) - 1].isascii():
            assert int(column) == len(gap) + 1
