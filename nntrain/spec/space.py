"""What a search may vary: parameters over the dotted paths of a config."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Values = dict[str, Any]
"""Dotted path → value, for the parameters that are active. The value of a choice is the option itself."""


@dataclass(frozen=True)
class Condition:
    """A parameter is active only while the choice at `path` has taken its option number `index`."""

    path: str
    index: int


@dataclass(frozen=True)
class Parameter:
    """One path and the values that it may take."""

    path: str
    kind: Literal["choice", "int", "float", "bool"]
    options: tuple[Any, ...] = ()  # of a choice: plain YAML values, inner parameters taken out; of a bool: False, True
    low: float = 0  # of int and float, both ends included
    high: float = 0
    step: float | None = None
    log: bool = False
    condition: Condition | None = None

    @property
    def size(self) -> int | None:
        """How many values there are; None for a continuous range."""
        raise NotImplementedError

    def holds(self, value: Any) -> bool:
        """Whether the parameter can take this value."""
        raise NotImplementedError


@dataclass(frozen=True)
class Space:
    """All parameters, a choice before what depends on it, and the config's own values."""

    parameters: tuple[Parameter, ...]
    own: Values = field(default_factory=dict)

    @property
    def size(self) -> int | None:
        """How many different sets of values there are; None with a continuous range."""
        raise NotImplementedError

    def active(self, values: Mapping[str, Any]) -> Values:
        """The values less those whose condition does not hold, in the order of the parameters."""
        raise NotImplementedError

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the set of values is one of the space: each active parameter has one that it can take."""
        raise NotImplementedError

    def key(self, values: Mapping[str, Any]) -> str:
        """Equal for equal sets of values: a canonical JSON text."""
        raise NotImplementedError
