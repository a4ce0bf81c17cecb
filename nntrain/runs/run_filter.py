"""Conditions on runs, as `runs --where` takes them: `data=iris and val_accuracy>0.9`."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nntrain.config.messages import listed
from nntrain.errors import ConfigError
from nntrain.nearest import nearest

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OF_NUMBERS = ("<", "<=", ">", ">=")
_PART = re.compile(r"\s*([\w.\-]+)\s*(==|!=|<=|>=|=|<|>)\s*(\"[^\"]*\"|'[^']*'|\S+)\s*")
_EXAMPLE = "write `--where 'data=iris and val_accuracy>0.9'`"


@dataclass(frozen=True)
class Condition:
    """A name, a comparison such as `>=`, and a value as text."""

    name: str
    comparison: str
    value: str

    def holds(self, found: Any) -> bool:
        """Return whether a value fulfils the condition; two numbers are compared as numbers, all else as text.

        A state may be named by its first word, such as `failed`, or by what follows its last semicolon.
        """
        if self.name == "state" and self.comparison in ("=", "==", "!="):
            text = str(found)
            words = {text, text.split(":")[0].split(" ")[0], text.rpartition(";")[2].strip()}
            return (self.value in words) is (self.comparison != "!=")
        try:
            left, right = float(found), float(self.value)
        except (TypeError, ValueError):
            return self.comparison in ("=", "==", "!=") and _COMPARE[self.comparison](str(found), self.value)
        return _COMPARE[self.comparison](left, right)


def is_number(text: str) -> bool:
    """Return whether the text is a number."""
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def parse(text: str) -> list[Condition]:
    """Return the conditions, which are joined by `and`; raises ConfigError for anything else."""
    found = []
    for part in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE):
        match = _PART.fullmatch(part)
        if match is None:
            raise ConfigError(
                f"`--where` cannot read `{part}`: a condition is a name, a comparison and a value", help=_EXAMPLE
            )
        found.append(Condition(match[1], match[2], match[3].strip("'\"")))
        if match[2] in _OF_NUMBERS and not is_number(found[-1].value):
            message = f"`--where` compares numbers with `{match[2]}`, got `{part.strip()}`"
            raise ConfigError(message, help=f"write a number after `{match[2]}`, or compare texts with `=` or `!=`")
    return found


def unknown(name: str, known: Sequence[str]) -> ConfigError:
    """Return the error for a name that no run has."""
    of_keras = [f"val_{path.partition('.')[2]}" for path in known if path.startswith("validation.")]
    close = nearest(name, [*known, *of_keras, *(path.rpartition(".")[2] for path in known)])
    help = f"write `{close}`" if close else f"some of the names are {listed(sorted(known)[:12])}"
    return ConfigError(f"no run has `{name}`", help=help)
