"""What the doctor found, with the lines that cure it."""

from collections.abc import Mapping, Sequence
from typing import Any

from nntrain.report.markup import Html, element, joined, preformatted
from nntrain.subject import Subject

TITLE = "Findings of the doctor"
_SEVERITIES = ("error", "warning", "note")


def content(subjects: Sequence[Subject]) -> Html:
    """Return the findings of each subject, worst first, as diagnosis.json has them."""
    parts: list[Html] = []
    for subject in subjects:
        found = subject.diagnosis.get("findings", ()) if "findings" in subject.diagnosis else None
        if not isinstance(found, list):
            continue
        shown = [_finding(one) for one in found if isinstance(one, Mapping)]
        heading = [element("h3", subject.name)] if len(subjects) > 1 else []
        parts += [*heading, *(shown or [element("p", "Nothing was found.")])]
    return joined(parts)


def _finding(finding: Mapping[str, Any]) -> Html:
    severity = finding.get("severity")
    severity = severity if severity in _SEVERITIES else "note"
    place = finding.get("path")
    lines = finding.get("set")
    cures = [f"--set '{line}'" for line in lines] if isinstance(lines, list) else []
    title = (element("span", severity, class_="severity"), ": ", str(finding.get("disease", "")).replace("_", " "))
    what = joined((finding.get("message", ""), f" ({place})" if place else ""))
    return element(
        "div",
        joined(
            (
                element("h3", joined(title)),
                element("p", what),
                preformatted("\n".join(cures)) if cures else "",
                element("p", finding["help"], class_="quiet") if finding.get("help") else "",
            )
        ),
        class_=f"finding {severity}",
    )
