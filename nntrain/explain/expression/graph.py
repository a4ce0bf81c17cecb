"""The computational graph of expressions: equal operations on equal arguments are one node."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from string import ascii_lowercase
from typing import Any, NoReturn

from nntrain.errors import ConfigError, Problem, Span
from nntrain.explain.expression.operations import INPUT, Operation


@dataclass(frozen=True)
class TextPlace:
    """A part of an expression; `column` counts from 1."""

    text: str
    column: int
    width: int = 1

    def refuse(self, message: str, help: str) -> NoReturn:
        """Raise ConfigError that points here."""
        span = Span("--expr", 1, self.column, self.width, self.text)
        raise ConfigError(problems=[Problem(message, help=help, span=span)])


@dataclass(eq=False)
class Node:
    """An operation on nodes and constants; an input has no arguments."""

    place: TextPlace
    name: str
    operation: Operation = INPUT
    arguments: tuple["Node | float", ...] = ()

    @property
    def parents(self) -> list[tuple[int, "Node"]]:
        """The arguments that are not constants, with their positions: one edge of the graph each."""
        return [(index, each) for index, each in enumerate(self.arguments) if isinstance(each, Node)]

    def __str__(self) -> str:
        names = [each.name if isinstance(each, Node) else f"{each:.12g}" for each in self.arguments]
        return self.operation.written(names)


@dataclass
class Graph:
    """The nodes, each after its arguments, and those of them that are outputs, one an expression."""

    inputs: dict[str, Node] = field(default_factory=dict)
    operations: list[Node] = field(default_factory=list)
    outputs: list[Node] = field(default_factory=list)
    known: dict[tuple[Any, ...], Node] = field(default_factory=dict)

    @property
    def nodes(self) -> list[Node]:
        """The inputs, in the order in which they are met, then the operations."""
        return [*self.inputs.values(), *self.operations]

    def input(self, name: str, place: TextPlace) -> Node:
        """Return the input of this name."""
        return self.inputs.setdefault(name, Node(place, name))

    def apply(self, operation: Operation, arguments: Iterable[Node | float], place: TextPlace) -> Node | float:
        """Return the node of an operation, or the number if all its arguments are constants."""
        given = tuple(arguments)
        constants = [each for each in given if not isinstance(each, Node)]
        if len(constants) == len(given):
            return computed(place, f"`{operation.symbol}`", operation.value, *constants)
        key = (operation.symbol, *(id(each) if isinstance(each, Node) else (each,) for each in given))
        if key not in self.known:
            self.known[key] = Node(place, "", operation, given)
            self.operations.append(self.known[key])
        return self.known[key]

    def name_operations(self) -> None:
        """Name the operations a, b, c, …; names of inputs are left out."""
        names = (name for round in count() for letter in ascii_lowercase if (name := letter + str(round or "")))
        free = (name for name in names if name not in self.inputs)
        for node, name in zip(self.operations, free, strict=False):
            node.name = name


def computed(place: TextPlace, what: str, function: Any, *arguments: float) -> float:
    """Return a value of a function, `what` in messages; raises ConfigError at its place where it is not finite."""
    shown = ", ".join(f"{each:.6g}" for each in arguments)
    try:
        value = float(function(*arguments))
    except ZeroDivisionError:
        return place.refuse(f"{what} divides by 0 here, for ({shown})", "give another value with `--at`")
    except OverflowError:
        return place.refuse(f"{what} is too large for a float here, for ({shown})", "give smaller numbers")
    except ValueError:
        return place.refuse(f"{what} is not defined here, for ({shown})", "give another value with `--at`")
    if value - value != 0:  # infinite or NaN
        place.refuse(f"{what} is not a finite number here, for ({shown})", "give smaller numbers")
    return value
