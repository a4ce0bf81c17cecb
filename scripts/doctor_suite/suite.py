"""The doctor's suite: sick and healthy configs, their findings, and whether the printed cure helps."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from nntrain.config.load import Config, read
from nntrain.doctor import checkup, visit
from nntrain.doctor.checkup import Diagnosis
from nntrain.doctor.finding import Finding
from nntrain.runs.checked import checked
from nntrain.terminal import Terminal
from nntrain.training.prepare import prepare

TESTS = Path(__file__).parents[2] / "tests" / "doctor"
SECONDS = 600.0  # of a training at most: a busy machine must not cut it


@dataclass(frozen=True)
class Entry:
    """A config with changes; `disease` names what counts as its disease, nothing for a healthy one."""

    name: str
    config: str
    assignments: tuple[str, ...]
    disease: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What the doctor found in a config, and its score: R² or accuracy on the validation split, None where it is
    not trained."""

    findings: tuple[Finding, ...]
    score: float | None

    def names(self, most: int) -> list[str]:
        """Return the first diseases."""
        return [finding.disease for finding in self.findings[:most]]


def entries(part: str) -> Iterator[Entry]:
    """Yield the entries of `known`, `aside`, `real` or `varied`."""
    content = yaml.safe_load((TESTS / f"{part}.yaml").read_text(encoding="utf-8"))
    for kind in ("healthy", "sick"):
        for number, each in enumerate(content[kind], start=1):
            config = json.dumps(content["bases"][each["base"]])
            name = f"{part}-{kind}-{number}-{each['base']}"
            yield Entry(name, config, tuple(each.get("set", ())), tuple(each.get("disease", ())))


def examine(entry: Entry, folder: Path, more: tuple[str, ...] = (), static: bool = False) -> Outcome:
    """Return what `nntrain doctor` finds in an entry, whose data are in the folder; `more` are further assignments."""
    path = folder / f"{entry.name}.yaml"
    path.write_text(entry.config, encoding="utf-8")
    document = read(path, (*entry.assignments, *more))

    def examined(config: Config) -> Diagnosis:
        prepared = prepare(checked(config, Terminal(quiet=True), folder))
        return checkup.before(prepared) if static else checkup.tried(prepared, SECONDS)

    findings, found = visit.of_document(document, examined)
    return Outcome(tuple(findings), None if found is None else found.score)
