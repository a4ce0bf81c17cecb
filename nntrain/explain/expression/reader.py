"""Reads expressions such as `sqrt(x**2 + exp(x))`. Nothing of it is ever evaluated as Python.

sum      = product {("+" | "-") product}
product  = sign {("*" | "/") sign}
sign     = ("-" | "+") sign | power
power    = atom ["**" sign]
atom     = number | "pi" | name | function "(" sum ")" | "(" sum ")"
"""

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from nntrain.explain.expression.graph import Graph, Node, TextPlace
from nntrain.explain.expression.operations import BINARY, FUNCTIONS, NEGATE
from nntrain.nearest import nearest

MOST_LETTERS = 100_000  # of an expression
MOST_DEPTH = 100  # of brackets, signs and powers within each other
_TOKEN = re.compile(
    r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|[-+*/()]))", re.ASCII
)

_OTHERS = {  # what is copied from slides, or written in other languages
    "^": "`**` for a power",
    "²": "`**2`",
    "³": "`**3`",
    "×·∙⋅": "`*` between two factors",
    "÷": "`/`",
    "−–—": "`-`",
    "π": "`pi`",
    "√": "`sqrt(x)`",
    "[{": "`(`",
    "]}": "`)`",
    "=": "values with `--at x=1`, not in the expression",
}
_FUNCTIONS = {"ln": "log", "logistic": "sigmoid", "fabs": "abs"}  # other names of the same

Value = Node | float


def read(texts: Sequence[str]) -> Graph:
    """Return the graph of one or more expressions; raises ConfigError with the column of a fault."""
    graph = Graph()
    for text in texts:
        graph.outputs.append(_Reader(text, graph).output())
    graph.name_operations()
    return graph


@dataclass(frozen=True)
class Token:
    """A number, a name, an operator or a bracket; the end of the text is the empty one."""

    kind: str
    text: str
    place: TextPlace


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of an expression and its end."""
    if len(text) > MOST_LETTERS:
        TextPlace(text, 1).refuse(f"the expression has {len(text):,} characters", f"write at most {MOST_LETTERS:,}")
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if not found:
            at += len(text[at:]) - len(text[at:].lstrip())
            place = TextPlace(text, at + 1)
            place.refuse(f"`{text[at]}` has no meaning in an expression", _help_for(text[at]))
        kind = ("number", "name", "operator")[int(found.lastindex or 1) - 1]
        word = found[found.lastindex or 1]
        yield Token(kind, word, TextPlace(text, found.end() - len(word) + 1, len(word)))
        at = found.end()
    yield Token("end", "", TextPlace(text, end + 1))


def _help_for(character: str) -> str:
    for characters, help in _OTHERS.items():
        if character in characters:
            return f"write {help}"
    if character.isalpha():
        return "write names with the letters a to z, such as `x` and `theta`"
    return "write numbers, names, `+`, `-`, `*`, `/`, `**`, brackets and functions such as `exp(x)`"


class _Reader:
    """Reads one expression into a graph, from left to right."""

    def __init__(self, text: str, graph: Graph) -> None:
        self.text, self.graph, self.depth = text, graph, 0
        self.tokens = tokens(text)
        self.next = next(self.tokens)

    def output(self) -> Node:
        """Return the node of the whole expression."""
        if self.next.kind == "end":
            self.next.place.refuse("the expression is empty", "write one, such as `--expr 'x**2 + exp(x)'`")
        value = self._sum()
        if self.next.text == ")":
            self.next.place.refuse("this bracket closes nothing", "remove it, or add a `(` before it")
        if self.next.kind != "end":
            self.next.place.refuse(f"`{self.next.text}` follows a whole expression", "write `*` between two factors")
        if not isinstance(value, Node):
            TextPlace(self.text, 1, len(self.text)).refuse(
                f"the expression is the constant {value:g}", "write a name in it, such as `x`"
            )
        return value

    def _take(self) -> Token:
        taken, self.next = self.next, next(self.tokens, self.next)
        return taken

    @contextmanager
    def _deeper(self, place: TextPlace) -> Iterator[None]:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            place.refuse(f"more than {MOST_DEPTH} brackets, signs or powers are nested here", "write fewer of them")
        yield
        self.depth -= 1

    def _sum(self) -> Value:
        value = self._product()
        while self.next.text in ("+", "-"):
            operator = self._take()
            value = self.graph.apply(BINARY[operator.text], (value, self._product()), operator.place)
        return value

    def _product(self) -> Value:
        value = self._sign()
        while self.next.text in ("*", "/"):
            operator = self._take()
            value = self.graph.apply(BINARY[operator.text], (value, self._sign()), operator.place)
        return value

    def _sign(self) -> Value:
        if self.next.text not in ("+", "-"):
            return self._power()
        sign = self._take()
        with self._deeper(sign.place):
            value = self._sign()
        return self.graph.apply(NEGATE, (value,), sign.place) if sign.text == "-" else value

    def _power(self) -> Value:
        base = self._atom()
        if self.next.text != "**":
            return base
        operator = self._take()
        with self._deeper(operator.place):
            exponent = self._sign()
        return self.graph.apply(BINARY["**"], (base, exponent), operator.place)

    def _atom(self) -> Value:
        token = self._take()
        if token.text == "(":
            return self._bracketed(token)
        if token.kind == "number":
            return self._number(token)
        if token.kind != "name":
            where = "the expression ends here" if token.kind == "end" else f"`{token.text}` stands here"
            token.place.refuse(f"{where}, where a number, a name or a `(` must be", "write what is missing")
        if self.next.text == "(":
            return self._call(token)
        if token.text in FUNCTIONS:
            token.place.refuse(f"`{token.text}` is a function without brackets", f"write `{token.text}(x)`")
        return math.pi if token.text == "pi" else self.graph.input(token.text, token.place)

    def _number(self, token: Token) -> float:
        value = float(token.text)
        if math.isinf(value):
            token.place.refuse("this number is too large for a float", "write a smaller one")
        return value

    def _call(self, name: Token) -> Value:
        if name.text not in FUNCTIONS:
            close = _FUNCTIONS.get(name.text.lower(), nearest(name.text, FUNCTIONS))
            help = f"write `{close}`" if close else f"the functions are {', '.join(FUNCTIONS)}"
            name.place.refuse(f"unknown function `{name.text}`", help)
        return self.graph.apply(FUNCTIONS[name.text], (self._bracketed(self._take()),), name.place)

    def _bracketed(self, opening: Token) -> Value:
        with self._deeper(opening.place):
            value = self._sum()
        if self.next.kind == "end":
            opening.place.refuse("this bracket is never closed", "add a `)`")
        if self.next.text != ")":
            self.next.place.refuse(f"`{self.next.text}` stands where a `)` must be", "write `*` between two factors")
        self._take()
        return value
