"""The doctor's visit to a config: what `check` refuses, and what is found once that is mended."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nntrain.config.load import Config, from_document
from nntrain.doctor import config_errors
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import assigned
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError, DataError, NNTrainError, Path

if TYPE_CHECKING:
    from nntrain.doctor.checkup import Diagnosis

ROUNDS = 4  # of errors: some are seen only when others are mended, or the data are read
MOST_CURES = 8  # that are joined


def of_document(
    document: Document, examined: Callable[[Config], "Diagnosis"]
) -> tuple[Sequence[Finding], "Diagnosis | None"]:
    """Return what is found in a config, and its examination where it has no errors.

    A config with errors is mended by their lines and examined then, so that a second fault does not hide behind the
    first one; the lines of what is found are preceded by those. Errors of the data come first: labels that were scaled
    are numbers, and then no config for classes fits them. examined: examines a config, and raises ConfigError
    and DataError for errors that are seen only then; it is called only with a valid one.
    """
    errors: dict[tuple[str, Path], Finding] = {}
    for _ in range(ROUNDS):
        lines = _lines(errors.values())
        diagnosis, found = _attempt(document, lines, examined)
        if diagnosis is not None:
            if not errors:
                return diagnosis.findings, diagnosis
            after = _after(diagnosis.findings, lines)
            of_data = [one for one in after if one.severity == "error" and one.path[:1] == ("data",)]
            return [*of_data, *_in_turn(errors.values()), *(one for one in after if one not in of_data)], None
        for one in found:
            known = errors.get((one.disease, one.path))  # a guess that the data have shown to be wrong
            errors[one.disease, one.path] = replace(known, set=one.set) if known else _seen(one, lines)
        if not found or not all(one.set for one in found):
            break
    return _in_turn(errors.values()), None


def together(
    document: Document, findings: Iterable[Finding], looked_at: Callable[[Config], "Diagnosis"]
) -> tuple[str, ...]:
    """Return assignments, in their order, that cure all causes among the findings which are seen before a training.

    Those of one finding do not know those of another, and a new list of layers would undo a change in the old one. So
    each is looked for in the config that the lines before it have mended. Empty for fewer than two causes. looked_at:
    examines a config without training, and raises as `examined` of `of_document` does.
    """
    causes = {one.disease for one in findings if _is_cause(one)}
    lines: tuple[str, ...] = ()
    cured: set[tuple[str, Path]] = set()
    for _ in range(MOST_CURES if len(causes) > 1 else 0):
        diagnosis, errors = _attempt(document, lines, looked_at)
        found = [one for one in (diagnosis.findings if diagnosis else errors) if _is_cause(one)]
        one = next((one for one in found if one.disease in causes and (one.disease, one.path) not in cured), None)
        if one is None:
            break
        lines = (*(line for line in lines if not _is_replaced(line, one.set)), *one.set)
        cured.add((one.disease, one.path))
    return lines if len({disease for disease, _ in cured}) > 1 else ()


def _is_cause(finding: Finding) -> bool:
    return finding.severity != "note" and not finding.symptom and bool(finding.set)


def _is_replaced(line: str, later: Iterable[str]) -> bool:
    """Return whether a later assignment has the place of this one, or holds it."""
    path = line.partition("=")[0]
    return any(f"{path}.".startswith(f"{other.partition('=')[0]}.") for other in later)


def _lines(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for one in findings for line in one.set))


def _in_turn(errors: Iterable[Finding]) -> list[Finding]:
    """Return the errors, each with the lines of those before it before its own."""
    found: list[Finding] = []
    for one in errors:
        found.append(replace(one, set=_lines([*found, one])) if one.set else one)
    return found


def _attempt(
    document: Document, lines: Sequence[str], examined: Callable[[Config], "Diagnosis"]
) -> tuple["Diagnosis | None", list[Finding]]:
    """Return the examination of the document with the lines, or the errors that it has with them."""
    try:
        mended = assigned(document, lines)
    except ConfigError:  # two cures of one place
        return None, []
    try:
        return examined(from_document(mended)), []
    except (ConfigError, DataError) as error:
        return None, config_errors.findings(error, mended)
    except NNTrainError as error:
        if not lines or error.exit_code >= 128:  # a stop
            raise
        return None, []  # what keeps the mended config from being examined must not hide its errors


def _after(findings: Iterable[Finding], lines: tuple[str, ...]) -> list[Finding]:
    """Return the findings of a mended config, each with the lines that mended it before its own."""
    return [replace(_seen(one, lines), set=(*lines, *one.set) if one.set else ()) for one in findings]


def _seen(finding: Finding, lines: Sequence[str]) -> Finding:
    """Return the finding, which says so if the config was mended by lines."""
    return replace(finding, message=f"seen once the errors are mended: {finding.message}") if lines else finding
