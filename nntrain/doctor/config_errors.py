"""The errors of a config, or of its data, as findings."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from nntrain.config.load import from_document
from nntrain.doctor.examine import of_problem
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import assigned
from nntrain.document.yaml_file import Document, inline
from nntrain.errors import ConfigError, DataError, NNTrainError, Path, Problem, dotted

_LOSSES = ("sparse_categorical_crossentropy", "binary_crossentropy", "mean_squared_error")  # the first that fits
_SECTIONS = ("loss", "optimizer", "metrics", "epochs", "batch_size")  # of `train`, which a help may name


def findings(error: NNTrainError, document: Document | None) -> list[Finding]:
    """Return each problem of the error, with the assignments that end it; `document` is that of the config."""
    kind = "invalid_data" if isinstance(error, DataError) else "invalid_config"
    found = [of_problem(replace(problem, disease=problem.disease or kind)) for problem in error.problems]
    if document is None or isinstance(error, DataError):
        return found
    known = {(problem.path, problem.message) for problem in error.problems}
    cures = [_cure(document, problem, known) for problem in error.problems]
    return _merged([replace(one, set=cure) for one, cure in zip(found, cures, strict=True)])


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """Return one finding, with the lines of all, for those that say the same of several places."""
    merged: dict[tuple[str, str], Finding] = {}
    for one in findings:
        key = (one.disease, one.message)
        same = merged.get(key)
        if same is None:
            merged[key] = one
            continue
        help = f"{same.help}; so it is at `{dotted(one.path)}`"
        merged[key] = replace(same, help=help, set=tuple(dict.fromkeys((*same.set, *one.set))))
    return list(merged.values())


def _cure(document: Document, problem: Problem, known: Collection[tuple[Path, str]]) -> tuple[str, ...]:
    """Return the first assignments that the help means and that end the problem, or none."""
    return next((lines for lines in _meant(document, problem) if _ends(document, lines, problem, known)), ())


def _meant(document: Document, problem: Problem) -> Iterator[tuple[str, ...]]:
    """Yield what the words in backticks may mean: a value for the place, and values for options of `train`."""
    words = re.findall(r"`([^`]+)`", problem.help)
    named = [word for word in words if word.split(":")[0] in _SECTIONS]
    more = tuple(f"train.{name.strip()}={value.strip()}" for name, _, value in (word.partition(":") for word in named))
    for word in words:
        if word in named:
            continue
        name, colon, value = word.partition(": ")
        if name == "activation" and "in the output layer" in problem.help:
            yield from ((line,) for line in _of_output_layer(document, value))
            continue
        if not colon:
            yield (f"{dotted(problem.path)}={word}", *more)
        elif name == problem.path[-1:][0]:
            yield (f"{dotted(problem.path)}={value}", *more)
        else:
            yield (f"{dotted(problem.path)}={{{word}}}", *more)
            yield (f"{dotted((*problem.path[:-1], name))}={value}", *more)
    if more:
        yield more
    if problem.disease == "loss_does_not_fit":
        yield from ((f"train.loss={loss}",) for loss in _LOSSES)
    at = problem.path[1] if problem.path[:1] == ("model",) and len(problem.path) == 3 else None
    if isinstance(at, int) and "before the output layer" in problem.help:
        model = document.tree["model"]
        before = model[: at - 1]
        moved = [] if before and _name(before[-1]) == _name(model[at]) else [model[at]]  # there is one already
        yield (f"model={inline([*before, *moved, model[at - 1], *model[at + 1 :]])}",)


def _name(item: Any) -> str:
    """Return the name of a layer as it is written in a list: `Dropout: 0.5` or `Flatten`."""
    return str(next(iter(item), "")) if isinstance(item, dict) else str(item)


def _of_output_layer(document: Document, activation: str) -> Iterator[str]:
    """Yield the lines that may give the output layer, one of the last two of the list, this activation."""
    model = document.tree["model"]
    for at in range(len(model) - 1, max(-1, len(model) - 3), -1):
        name = _name(model[at])
        yield (
            f"model.{at}.Activation={activation}"
            if name == "Activation"
            else f"model.{at}.{name}.activation={activation}"
        )


def _ends(document: Document, lines: tuple[str, ...], problem: Problem, known: Collection[tuple[Path, str]]) -> bool:
    """Return whether the config has no problem at this place with these assignments.

    What is left may be elsewhere only. An option that there is not is no cure; what a rule says of the mended
    config, which it could not say before, is mended next.
    """
    try:
        from_document(assigned(document, lines))
    except ConfigError as error:
        return all(
            one.path
            and one.path[: len(problem.path)] != problem.path
            and (one.disease or (one.path, one.message) in known)
            for one in error.problems
        )
    return True
