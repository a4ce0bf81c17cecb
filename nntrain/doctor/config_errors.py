"""The errors of a config, or of its data, as findings."""

import re
from collections.abc import Iterator
from dataclasses import replace

from nntrain.config.load import from_document
from nntrain.doctor.examine import of_problem
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import assigned
from nntrain.document.yaml_file import Document, inline
from nntrain.errors import ConfigError, DataError, NNTrainError, Problem, dotted

_LOSSES = ("sparse_categorical_crossentropy", "binary_crossentropy", "mean_squared_error")  # the first that fits
_SECTIONS = ("loss", "optimizer", "metrics", "epochs", "batch_size")  # of `train`, which a help may name


def findings(error: NNTrainError, document: Document | None) -> list[Finding]:
    """Return each problem of the error, with the assignments that end it; `document` is that of the config."""
    kind = "invalid_data" if isinstance(error, DataError) else "invalid_config"
    found = [of_problem(replace(problem, disease=problem.disease or kind)) for problem in error.problems]
    if document is None or isinstance(error, DataError):
        return found
    return [replace(one, set=_cure(document, problem)) for one, problem in zip(found, error.problems, strict=True)]


def _cure(document: Document, problem: Problem) -> tuple[str, ...]:
    """Return the first assignments that the help means and that end the problem, or none."""
    return next((lines for lines in _meant(document, problem) if _ends(document, lines, problem)), ())


def _meant(document: Document, problem: Problem) -> Iterator[tuple[str, ...]]:
    """Yield what the words in backticks may mean: a value for the place, and values for options of `train`."""
    words = re.findall(r"`([^`]+)`", problem.help)
    named = [word for word in words if word.split(":")[0] in _SECTIONS]
    more = tuple(f"train.{name.strip()}={value.strip()}" for name, _, value in (word.partition(":") for word in named))
    for word in words:
        if word in named:
            continue
        name, colon, value = word.partition(": ")
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
        yield (f"model={inline([*model[: at - 1], model[at], model[at - 1], *model[at + 1 :]])}",)


def _ends(document: Document, lines: tuple[str, ...], problem: Problem) -> bool:
    """Return whether the config has no problem at this place with these assignments."""
    try:
        from_document(assigned(document, lines))
    except ConfigError as error:
        # What is left may be elsewhere only: another problem at the same place is no cure.
        return all(one.path and one.path[: len(problem.path)] != problem.path for one in error.problems)
    return True
