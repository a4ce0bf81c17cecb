"""The doctor's visit to a config: what `check` refuses, and what is found once that is mended."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from nntrain.config.load import Config, from_document
from nntrain.doctor import checkup, config_errors
from nntrain.doctor.checkup import Diagnosis
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import assigned
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError, DataError, Path
from nntrain.training.prepare import Prepared, prepare

ROUNDS = 4  # of errors: some are seen only when others are mended, or the data are read


def of_document(document: Document, checked: Callable[[Config], Config], seconds: float | None) -> Diagnosis:
    """Return what is found in a config: it is trained for so many seconds at most, for None not at all.

    A config with errors is mended by their lines and examined then, so that a second fault does not hide behind the
    first one; the lines of what is found are preceded by those. It has no scores. checked: raises ConfigError and
    DataError for what a config names and is not there.
    """
    errors: dict[tuple[str, Path], Finding] = {}
    for _ in range(ROUNDS):
        lines = _lines(errors.values())
        prepared, found = _prepared(document, lines, checked)
        if prepared is not None:
            examined = checkup.before(prepared) if seconds is None else checkup.tried(prepared, seconds)
            return (
                Diagnosis([*_in_turn(errors.values()), *_after(examined.findings, lines)], {}) if errors else examined
            )
        for one in found:
            known = errors.get((one.disease, one.path))  # a guess that the data have shown to be wrong
            errors[one.disease, one.path] = replace(known, set=one.set) if known else _seen(one, lines)
        if not found or not all(one.set for one in found):
            break
    return Diagnosis(_in_turn(errors.values()), {})


def _lines(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for one in findings for line in one.set))


def _in_turn(errors: Iterable[Finding]) -> list[Finding]:
    """Return the errors, each with the lines of those before it before its own."""
    found: list[Finding] = []
    for one in errors:
        found.append(replace(one, set=_lines([*found, one])) if one.set else one)
    return found


def _prepared(
    document: Document, lines: Sequence[str], checked: Callable[[Config], Config]
) -> tuple[Prepared | None, list[Finding]]:
    """Return the training of the document with the lines, or the errors that keep it from being one."""
    try:
        mended = assigned(document, lines)
    except ConfigError:  # two cures of one place
        return None, []
    try:
        return prepare(checked(from_document(mended))), []
    except (ConfigError, DataError) as error:
        return None, config_errors.findings(error, mended)


def _after(findings: Iterable[Finding], lines: tuple[str, ...]) -> list[Finding]:
    """Return the findings of a mended config, each with the lines that mended it before its own."""
    return [replace(_seen(one, lines), set=(*lines, *one.set) if one.set else ()) for one in findings]


def _seen(finding: Finding, lines: Sequence[str]) -> Finding:
    """Return the finding, which says so if the config was mended by lines."""
    return replace(finding, message=f"seen once the errors are mended: {finding.message}") if lines else finding
