"""All rules on one case: the findings, worst first."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nntrain import extensions
from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding, Severity, worst_first
from nntrain.doctor.prescription import prescribed, with_layer
from nntrain.errors import Problem

FOLDER = "doctor.rules"


def examine(case: Case, reported: bool = False) -> list[Finding]:
    """Return what the training suffers from, worst first; without what `fit` warns of, where that is reported."""
    ruled = [finding for name in extensions.names(FOLDER) for finding in _of_rule(name, case)]
    named = {(finding.disease, finding.path) for finding in ruled}
    warned = list(_of_warnings(case))
    if reported:
        known = {(finding.disease, finding.path) for finding in warned}
        return worst_first(finding for finding in ruled if (finding.disease, finding.path) not in known)
    others = [finding for finding in warned if (finding.disease, finding.path) not in named]
    return worst_first([*ruled, *others])


def _of_rule(name: str, case: Case) -> Iterator[Finding]:
    rule: Any = extensions.load(FOLDER, name)
    for finding in rule.diagnose(case, rule.Options()):
        yield replace(finding, disease=finding.disease or name)


def _of_warnings(case: Case) -> Iterator[Finding]:
    """Yield what `fit` warns of before a training."""
    prepared = case.prepared
    problems = (*prepared.config.warnings, *prepared.config.late_warnings(case.resolved), *prepared.obstacles)
    for problem in problems:
        found = of_problem(problem)
        flat = found.disease == "dense_before_flatten" and len(problem.path) > 1
        yield replace(found, set=_with_flatten(case, problem)) if flat else found
    ruled = extensions.names(FOLDER)  # such as rows in two splits
    for warning in prepared.data.warnings:
        if warning.disease not in ruled:
            severity: Severity = "note" if warning.disease == "constant_column" else "warning"  # it does no harm
            path = ("data", prepared.data.name)
            yield Finding(severity, warning.message, path, disease=warning.disease, is_printed=True)


def _with_flatten(case: Case, problem: Problem) -> tuple[str, ...]:
    """Return the line that puts Flatten before the layer of the problem."""
    at = problem.path[1]
    return prescribed(case, with_layer(case, at, "Flatten")) if isinstance(at, int) else ()


def of_problem(problem: Problem) -> Finding:
    """Return an error or a warning of the config as a finding."""
    is_error = problem.severity == "error"
    disease = problem.disease or ("invalid_config" if is_error else "obstacle")
    severity: Severity = "error" if is_error else "warning"
    return Finding(severity, problem.message, problem.path, help=problem.help, weight=1.0, disease=disease)
