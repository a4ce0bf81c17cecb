"""What the JSON Schema and `nntrain check` say about a config, and what of that is outside a schema."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from nntrain.config.json_schema import schema
from nntrain.config.load import from_document, validated
from nntrain.config.search.load import problems_of_section, search_of
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError

RELATIONS = (
    r"`Repeat` makes ",
    r"`classes` are of a classification",
    r"`decimal` and `separator` are the same sign",
    r"`group` and `group_duplicates` both",
    r"`hold_out_test: false` contradicts",
    r"`group` needs `multivariate`",
    r"`min_resource: \d+` is above `max_resource",
    r"`time` splits by time, and",
    r"a classification has one target",
    r"a regression has no `classes`",
    r"fold \d+ does not exist",
    r"lists inside a list must have the same length",
    r"the column `.*` is (`.*`, and ignored|`target` and|the target, and has no kind)",
    # between the parts of a space
    r"`.*` (has a parameter already|is a choice in several options|is below the choice)",
    r"no value of the choice `",
    r"the range (begins above its end|holds one value)",
    r"the step .* is larger than the range",
    r"value \d+ of the choice (`.*` sets|repeats)",
    # what JSON lacks, and what a pattern cannot compute
    r".*`\.nan`",
    r"expected a number or a fraction, got `-?[0-9./]{45,}",
    # of this machine
    r"`~.*` is the home of a user who does not exist here",
)
"""How the problems begin that a relation between the options of one section makes."""


@dataclass(frozen=True)
class Verdicts:
    """The problems that each finds; `outside`: those of `check` that no schema can express."""

    by_schema: tuple[str, ...]
    by_check: tuple[str, ...]
    outside: tuple[str, ...]

    @property
    def agree(self) -> bool:
        """Whether both refuse it or both accept it; of what is outside the schema, the schema need not know."""
        if self.by_schema:
            return bool(self.by_check)
        return len(self.by_check) == len(self.outside)


@cache
def validator() -> Any:
    """Return an independent validator; for it, as in YAML, `3.0` is no whole number."""
    kinds = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    return extend(Draft202012Validator, type_checker=kinds)(schema())


def verdicts(document: Document) -> Verdicts:
    """Return what both say about a document of nntrain's reader; raises ConfigError if its text has problems."""
    if document.problems:
        raise ConfigError(problems=document.problems)
    single = _of_sections(document)
    relations = tuple(one for one in single if any(re.match(pattern, one) for pattern in RELATIONS))
    between = tuple(one for one in _all(document) if one not in single)
    errors = (f"{error.json_path}: {error.message}" for error in validator().iter_errors(document.tree))
    return Verdicts(tuple(errors), (*single, *between), (*relations, *between))


def _of_sections(document: Document) -> tuple[str, ...]:
    """Return the problems that the sections find by themselves, without the rules between them."""
    found = []
    try:
        validated(document)
    except ConfigError as error:
        found += error.problems
    tune = document.tree.get("tune") if isinstance(document.tree, dict) else None
    found += problems_of_section(tune) if isinstance(tune, dict) else []
    return tuple(problem.message for problem in found)


def _all(document: Document) -> tuple[str, ...]:
    try:
        config = from_document(document)
        if config.experiment.tune is not None:
            search_of(config)
    except ConfigError as error:
        return tuple(problem.message for problem in error.problems)
    return ()
