"""What the doctor says: a disease, its evidence and the lines that cure it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nntrain.errors import Path, dotted

Severity = Literal["error", "warning", "note"]
ORDER: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """A disease at a place of the config.

    disease: the name of the rule. message: what was measured, in words. evidence: the same in numbers. set:
    assignments that `fit` accepts after `--set`. help: what to do where no assignment does it. symptom: whether another
    disease is likely to be its cause, so that it is printed after one of the same severity. weight: which of two
    findings of one severity comes first, the larger one. is_printed: whether `fit` prints it before it trains.
    """

    severity: Severity
    message: str
    path: Path = ()
    evidence: Mapping[str, float] = field(default_factory=dict)
    set: tuple[str, ...] = ()
    help: str = ""
    symptom: bool = False
    weight: float = 0.0
    disease: str = ""
    is_printed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the finding as `--json` prints it."""
        return {
            "disease": self.disease,
            "severity": self.severity,
            "path": dotted(self.path),
            "message": self.message,
            "evidence": dict(self.evidence),
            "set": list(self.set),
            "help": self.help,
        }

    def lines(self) -> list[str]:
        """Return the finding as it is printed."""
        place = f" ({dotted(self.path)})" if self.path else ""
        cure = [f"  --set '{assignment}'" for assignment in self.set]
        return [
            f"{self.severity}: {self.disease}: {self.message}{place}",
            *cure,
            *([f"  help: {self.help}"] if self.help else []),
        ]


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, errors and warnings before notes, causes before symptoms, and then by severity."""

    def rank(one: Finding) -> tuple[bool, bool, int, float]:
        return one.severity == "note", one.symptom, ORDER.index(one.severity), -one.weight

    return sorted(findings, key=rank)
