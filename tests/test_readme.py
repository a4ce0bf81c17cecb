"""Every command, config and error that README and docs/ show is what nntrain does."""

import contextlib
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import from_document
from nntrain.config.search.load import search_of
from nntrain.document import yaml_file
from nntrain.errors import ConfigError

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(kind: str) -> list[tuple[str, str]]:
    return [
        (page.name, block)
        for page in PAGES
        for block in re.findall(rf"^```{kind}\n(.*?)^```", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    ]


# What the pages do not show of a command: a pattern in what it prints, or in the file that it writes.
PRINTS = {
    "check configs/iris.yaml --build": r"configs/iris\.yaml .* 3 layers, 323 parameters \(9 constants\)",
    "fit configs/iris.yaml --set train.epochs=20 --name short": r"best epoch \d+ of 20, (?s:.*) run in runs/short$",
    "fit configs/iris.yaml --folds 5": r"5 runs in runs/iris-2$",
    "eval short --baselines": r"confusion matrix(?s:.*)majority class +0\.3333 +96 ",
    "predict short nntrain/data/sources/iris.csv -o predictions.csv": r"^(.*\n){151}$",
    "runs --sort val_accuracy": r"^runs/iris-2 +\d{4}-.* mean of 5 runs over folds; done",
    "list optimizers": r"^AdamW +Adam with weight decay",
    "tune configs/tune_iris.yaml --dry-run": r"20 by RandomSearch, at most 600 epochs(?s:.*) about \d+ (?:s|min) ",
    "tune configs/tune_iris.yaml --workers 2 --refit 1": r"^refit-1 +trial-\d+ (?s:.*)\n4 trials, 120 epochs, ",
    "fit runs/tune_iris/best.yaml": r"best epoch \d+ of 30, (?s:.*) run in runs/best$",
}


# What makes a command shorter here: nearly each of its 20 trials compiles a program of its own.
SHORTER = {"tune configs/tune_iris.yaml --workers 2 --refit 1": "--set tune.trials=4"}


@dataclass
class Shown:
    """A command of a page, and the lines under it: what it prints, `...` for lines that are left out."""

    command: str
    lines: list[str] = field(default_factory=list)

    def pattern(self) -> str:
        """The lines as a regular expression."""
        if not self.lines:
            assert self.command in PRINTS, f"show what `{self.command}` prints, or give a pattern in PRINTS"
            return PRINTS[self.command]
        is_matrix, found = False, ""
        for line in self.lines:
            found += r"(?:.*\n)*" if line.strip() in ("...", "…") else as_pattern(line, counts=is_matrix)
            is_matrix = bool(line) and (is_matrix or line.startswith("true \\ predicted"))
        return found


def commands() -> dict[str, list[Shown]]:
    """By page the commands of every ```console block; a ```text block after one continues the output of the last."""
    every: dict[str, list[Shown]] = {}
    for page in PAGES:
        before, found = "", every.setdefault(page.name, [])
        for kind, block in re.findall(r"^```(\w+)\n(.*?)^```", page.read_text(), flags=re.DOTALL | re.MULTILINE):
            for line in block.splitlines() if kind == "console" or (kind, before) == ("text", "console") else ():
                if kind == "console" and line.startswith("$ "):
                    assert line.startswith("$ scripts/nntrain "), line
                    found.append(Shown(line.removeprefix("$ scripts/nntrain ")))
                else:
                    found[-1].lines.append(line)
            before = kind
    return {page: found for page, found in every.items() if found}


# What another machine may print: decimals, the best epoch or trial, dates, seconds; and how wide a column is.
VARIES = (
    r"-?\d+\.\d+(?:e-?\d+)?|epoch \d+ of \d+(?=.*early stopping)|epoch \d+|trial-\d+|"
    r"\d+-\d\d-\d\d \d\d:\d\d|\d+ s\b|\d+ %|\s+"
)


def as_pattern(line: str, counts: bool = False) -> str:
    """The line as a regular expression; what varies is any number of its kind, with `counts` whole numbers too."""
    pattern, place = "", 0
    for found in re.finditer(VARIES + r"|(?<=\s)\d+" * counts, line.rstrip()):
        words = (re.sub(r"\d+", r"\\d+", re.escape(word)) for word in re.split(r"\s+", found[0]))
        loose = r"-?\d+(?:\.\d+)?(?:e-?\d+)?" if "." in found[0] else r"\s+".join(words)
        pattern += re.escape(line[place : found.start()]) + loose
        place = found.end()
    return rf"{pattern}{re.escape(line.rstrip()[place:])}\s*\n"


@pytest.mark.parametrize(
    ("line", "printed", "same"),
    [
        ("train  96  0.0348", "train    96  1.5e-05  \n", True),
        ("train  96  0.0348", "train    97  0.0348\n", False),
        ("best epoch 89 of 100, 0.7 s", "best epoch 7 of 100, 12.1 s\n", True),
        ("best epoch 89 of 100, 0.7 s", "best epoch 89 of 99, 0.7 s\n", False),
        ("time: about 17 s (trial-018)", "time: about 9 s (trial-002)\n", True),
        ("loss  accuracy", "loss  accuracy  auc\n", False),
        ("best epoch 14 of 34; early stopping", "best epoch 4 of 24; early stopping\n", True),
        ("100 % of the units", "99 % of the units\n", True),
    ],
)
def test_only_what_varies_between_machines_may_differ(line: str, printed: str, same: bool) -> None:
    assert bool(re.fullmatch(as_pattern(line), printed)) == same


def test_there_is_a_pattern_for_no_other_command() -> None:
    shown = {one.command for page in commands().values() for one in page}
    assert shown and not (PRINTS.keys() | SHORTER) - shown, "PRINTS or SHORTER has commands that no page has"


@pytest.mark.parametrize("page", commands())
def test_every_command_of_a_page_prints_what_it_shows(in_process: Any, tmp_path: Path, page: str) -> None:
    for name in ("configs", "docs", "nntrain"):
        (tmp_path / name).symlink_to(ROOT / name)
    for one in commands()[page]:
        words = shlex.split(f"{one.command} {SHORTER.get(one.command, '')}")
        done = in_process(tmp_path, *words)
        assert done.returncode == 0, f"{one.command}\n{done.stderr}"
        text = (tmp_path / words[words.index("-o") + 1]).read_text() if "-o" in words else done.stdout
        assert re.search(one.pattern(), text, re.MULTILINE), f"{one.command}\nprints\n{text}\nand not\n{one.pattern()}"
    configs = {block for name, block in blocks("yaml") if name == page == "tutorial.md"}
    assert configs == {file.read_text() for file in tmp_path.glob("*.yaml")}, "`init` writes what the tutorial shows"


def test_the_counts_of_a_confusion_matrix_may_differ_and_its_classes_not() -> None:
    shown = Shown("eval", ["true \\ predicted  0  1", "0   9  1", "1   2  8", "", "3 rows"])
    printed = "true \\ predicted  0  1\n0   8  2\n1   0  10\n\n3 rows\n"
    assert re.fullmatch(shown.pattern(), printed)
    assert not re.fullmatch(shown.pattern(), printed.replace("1   0", "2   0"))
    assert not re.fullmatch(shown.pattern(), printed.replace("3 rows", "4 rows"))


@pytest.mark.trains
def test_the_python_of_the_pages_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    shown = [block for page, block in blocks("python") if page in ("README.md", "reference.md")]
    names: dict[str, Any] = {}
    with contextlib.chdir(tmp_path):
        for block in shown:
            exec(block, names)
    assert len(shown) == 4 and len(names["scores"]) == 2
    assert names["again"].config["train"]["epochs"] == 3
    assert "--> --set train.epochs" in capsys.readouterr().out


@pytest.mark.parametrize(("page", "block"), [one for one in blocks("yaml") if one[0] != "extending.md"])
def test_every_config_in_the_documentation_is_right(page: str, block: str) -> None:
    config = from_document(yaml_file.parse(block, page))
    assert config.warnings == ()
    if config.experiment.tune is not None:
        search_of(config)


def test_the_error_of_the_readme_is_the_one_that_nntrain_prints() -> None:
    (shown,) = (block for page, block in blocks("text") if page == "README.md" and block.startswith("error: "))
    filler = "seed: 1\ndata:\n  fashion_mnist: {validation: 0.1}\nmodel:\n  - Flatten\n\n"
    text = filler + "  - Dense: {unit: 300}\n"
    with pytest.raises(ConfigError) as caught:
        from_document(yaml_file.parse(text, "configs/fashion_mlp.yaml"))
    assert str(caught.value) == shown.strip("\n")
