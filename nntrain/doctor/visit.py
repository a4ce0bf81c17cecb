"""The doctor's visit to a config: what `check` refuses, and what is found once that is mended."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from nntrain.config.load import Config, from_document
from nntrain.doctor import checkup, config_errors
from nntrain.doctor.checkup import Diagnosis
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import assigned
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError, DataError
from nntrain.training.prepare import Prepared, prepare

ROUNDS = 4  # of errors: some are seen only when others are mended, or the data are read


def of_document(document: Document, checked: Callable[[Config], Config], seconds: float | None) -> Diagnosis:
    """Return what is found in a config: it is trained for so many seconds at most, for None not at all.

    A config with errors is mended by their lines and examined then, so that a second fault does not hide behind the
    first one; the lines of what is found are preceded by those. It has no scores. checked: raises ConfigError and
    DataError for what a config names and is not there.
    """
    errors: list[Finding] = []
    lines: tuple[str, ...] = ()
    for _ in range(ROUNDS):
        prepared, found = _prepared(document, lines, checked)
        if prepared is not None:
            examined = checkup.before(prepared) if seconds is None else checkup.tried(prepared, seconds)
            return examined if not errors else Diagnosis([*errors, *_after(examined.findings, lines)], {})
        errors += _after(found, lines)
        cures = dict.fromkeys(line for one in found for line in one.set)
        if not cures or not all(one.set for one in found):
            break
        lines = (*lines, *cures)
    return Diagnosis(errors, {})


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


def _after(findings: Iterable[Finding], lines: Sequence[str]) -> list[Finding]:
    """Return the findings of a mended config, each with the lines that mended it before its own."""
    if not lines:
        return list(findings)
    seen = "seen once the errors are mended"
    return [
        replace(one, message=f"{seen}: {one.message}", set=(*lines, *one.set) if one.set else ()) for one in findings
    ]
