"""Types of plain values that options take, each with a message for what it expects."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema

from nntrain.config.messages import got, problem, shown
from nntrain.errors import ConfigError, one_line
from nntrain.nearest import exists
from nntrain.storage.home import expanded

omitted: Any = None
"""The default of every option that has a default in Keras: it is not passed on."""

LARGEST = 3.4e38  # a larger number would be infinite as a 32-bit float
SMALLEST = 1.2e-38  # a smaller number would be 0 as a 32-bit float

PositiveInt = Annotated[int, Field(ge=1, le=10**9)]
NonNegativeInt = Annotated[int, Field(ge=0, le=10**15)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
PositiveFloat = Annotated[float, Field(gt=0, le=LARGEST)]
NonNegativeFloat = Annotated[float, Field(ge=0, le=LARGEST)]
Rate = Annotated[float, Field(ge=0, lt=1)]  # the share of units to drop
Share = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1)]
ClassNames = Annotated[
    list[Text],
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "uniqueItems": True,
            "not": {"minItems": 1, "maxItems": 1},
        }
    ),
]


def is_whole(value: Any, minimum: int) -> bool:
    """Return whether the value is an integer of at least `minimum`, not a boolean."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= minimum


def is_number(value: Any) -> bool:
    """Return whether the value is a number that a 32-bit float holds, not a boolean."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST


def _size(value: Any) -> int | tuple[int, int]:
    if is_whole(value, 1):
        return int(value)
    if isinstance(value, (list, tuple)) and len(value) == 2 and all(is_whole(item, 1) for item in value):
        return (value[0], value[1])
    raise problem(f"a size must be a whole number from 1, or two in a list, got {got(value)}", "write `3` or `[3, 3]`")


def _padding(value: Any) -> Any:
    if is_whole(value, 0):
        return value
    if isinstance(value, (list, tuple)) and len(value) == 2:
        if all(is_whole(item, 0) for item in value):
            return tuple(value)
        pairs = [item for item in value if isinstance(item, (list, tuple)) and len(item) == 2]
        if len(pairs) == 2 and all(is_whole(number, 0) for pair in pairs for number in pair):
            return tuple(tuple(pair) for pair in pairs)
    message = "a padding must be a whole number from 0, `[rows, columns]` or `[[top, bottom], [left, right]]`"
    raise problem(f"{message}, got {got(value)}", "write `1`")


def _factor(value: Any) -> Any:
    if is_number(value):
        return float(value)
    if isinstance(value, (list, tuple)) and len(value) == 2 and all(is_number(item) for item in value):
        return (float(value[0]), float(value[1]))
    raise problem(f"a factor must be a number, or `[lowest, highest]`, got {got(value)}", "write `0.1`")


def _shape(value: Any) -> tuple[int, ...]:
    if isinstance(value, (list, tuple)) and value and all(is_whole(item, 1) or item == -1 for item in value):
        return tuple(value)
    raise problem(f"a shape must be a list of whole numbers from 1, got {got(value)}", "write `[28, 28, 1]`")


def _axes(value: Any) -> Any:
    if is_whole(value, -10):
        return value
    if isinstance(value, (list, tuple)) and value and all(is_whole(item, -10) for item in value):
        return tuple(value)
    raise problem(f"an axis must be a whole number, or a list of them, got {got(value)}", "write `-1`")


_FRACTION = re.compile(r"\s*(-?[0-9]+(?:\.[0-9]*)?)\s*/\s*([0-9]+(?:\.[0-9]*)?)\s*")


def _fraction(value: Any) -> float:
    """Return a number from a number, or from a fraction such as the `1/255` of every Keras script."""
    if is_number(value):
        return float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) > LARGEST:
        raise problem(f"a 32-bit float holds at most {LARGEST:.2g}, got {got(value)}", "write a smaller number")
    match = _FRACTION.fullmatch(value) if isinstance(value, str) else None
    if match and float(match[2]) > 0 and abs(quotient := float(match[1]) / float(match[2])) <= LARGEST:
        return quotient
    raise problem(f"expected a number or a fraction, got {got(value)}", "write `1/255`")


def _fractions(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and value:
        return tuple(_fraction(item) for item in value)
    return _fraction(value)


def _scale(value: Any) -> Any:
    scale = _fractions(value)
    if any(abs(factor) < SMALLEST for factor in (scale if isinstance(scale, tuple) else (scale,))):
        raise problem(f"a scale of 0 makes all rows equal, got {got(value)}", "write `1/255`, or another scale")
    return scale


def _lengths(numbers: Any) -> tuple[int, ...]:
    """Return the shape of nested tuples."""
    return (len(numbers), *_lengths(numbers[0])) if isinstance(numbers, tuple) else ()


def _numbers(value: Any) -> Any:
    """Return a number or nested lists of numbers as tuples."""
    if is_number(value):
        return float(value)
    if isinstance(value, (list, tuple)) and value:
        items = tuple(_numbers(item) for item in value)
        if len({_lengths(item) for item in items}) > 1:
            message = f"lists inside a list must have the same length, got {got(value)}"
            raise problem(message, "write `[[1.0, 2.0], [3.0, 4.0]]`")
        return items
    raise problem(f"expected a number or nested lists of numbers, got {got(value)}", "write `[[1.0, 2.0], [3.0, 4.0]]`")


def _layer_name(value: Any) -> str:
    """Return a name that TensorFlow takes as the name of a scope."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_.-]{1,200}", value):
        return value
    plain = re.sub(r"[^A-Za-z0-9.-]+", "_", value).strip("_")[:40] if isinstance(value, str) else ""
    quoted = f"'{value}'" if is_number(value) else ""
    message = f"the name of a layer is text of letters, digits, `_`, `.` and `-`, got {got(value)}"
    raise problem(message, f"write `{plain or quoted or 'hidden'}`")


def _whole(minimum: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": minimum}


def _list_of(items: dict[str, Any], count: int = 0) -> dict[str, Any]:
    """Return the JSON Schema of a list of this many items, or of any number from 1."""
    return {"type": "array", "items": items, "minItems": count or 1, **({"maxItems": count} if count else {})}


def one_or_list(item: dict[str, Any], count: int = 0) -> dict[str, Any]:
    """Return the JSON Schema of an item, or of a list of so many."""
    return {"anyOf": [item, _list_of(item, count)]}


A_NUMBER = {"type": "number", "minimum": -LARGEST, "maximum": LARGEST}
_NUMERATOR, _NOT_ZERO = r"-?[0-9]+(\.[0-9]*)?", r"(?=-?[0-9.]*[1-9])"


def _a_fraction(number: dict[str, Any], numerator: str) -> dict[str, Any]:
    pattern = rf"^\s*{numerator}\s*/\s*(?=[0-9.]*[1-9])[0-9]+(\.[0-9]*)?\s*$"
    return {"anyOf": [number, {"type": "string", "pattern": pattern, "description": "A fraction such as `1/255`."}]}


_A_FRACTION = _a_fraction(A_NUMBER, _NUMERATOR)
_A_SCALE = _a_fraction(
    {**A_NUMBER, "not": {"exclusiveMinimum": -SMALLEST, "exclusiveMaximum": SMALLEST}}, f"{_NOT_ZERO}{_NUMERATOR}"
)
DEFINITIONS = {"Numbers": {"anyOf": [A_NUMBER, _list_of({"$ref": "#/$defs/Numbers"})]}}
"""The JSON Schemas that refer to themselves."""

LayerName = Annotated[
    str,
    PlainValidator(_layer_name),
    WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z0-9_.-]{1,200}$(?!\n)"}),
]
Size2D = Annotated[int | tuple[int, int], PlainValidator(_size), WithJsonSchema(one_or_list(_whole(1), 2))]
Padding2D = Annotated[
    Any,
    PlainValidator(_padding),
    WithJsonSchema({"anyOf": [_whole(0), _list_of(_whole(0), 2), _list_of(_list_of(_whole(0), 2), 2)]}),
]
Factor = Annotated[float | tuple[float, float], PlainValidator(_factor), WithJsonSchema(one_or_list(A_NUMBER, 2))]
Shape = Annotated[
    tuple[int, ...], PlainValidator(_shape), WithJsonSchema(_list_of({"anyOf": [_whole(1), {"const": -1}]}))
]
Axes = Annotated[int | tuple[int, ...], PlainValidator(_axes), WithJsonSchema(one_or_list(_whole(-10)))]
Fraction = Annotated[float | tuple[float, ...], PlainValidator(_fractions), WithJsonSchema(one_or_list(_A_FRACTION))]
Scale = Annotated[float | tuple[float, ...], PlainValidator(_scale), WithJsonSchema(one_or_list(_A_SCALE))]
Numbers = Annotated[Any, PlainValidator(_numbers), WithJsonSchema({"$ref": "#/$defs/Numbers"})]

_folder: ContextVar[Path] = ContextVar("folder", default=Path())


@contextmanager
def relative_to(folder: Path) -> Iterator[None]:
    """Resolve the paths in configs inside the block: relative to this folder, or else to that of the process."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def _absolute(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise problem(f"expected the path of a file, got {shown(value)}", "write `path: data.csv`")
    if control := next((character for character in value if unicodedata.category(character) == "Cc"), ""):
        message = f"the path {shown(value)} holds the control character `{one_line(control)}`"
        raise problem(message, f"write `'{value.translate(_ESCAPES)}'`" if "'" not in value else "use single quotes")
    try:
        given = expanded(value)
    except ConfigError as error:
        raise problem(error.problems[0].message, error.problems[0].help) from None
    beside_config = _folder.get() / given
    here = exists(given) and not exists(beside_config)
    return str((given if here else beside_config).absolute())


_ESCAPES = str.maketrans(
    {sign: f"\\{letter}" for sign, letter in zip("\0\a\b\t\n\v\f\r\x1b", "0abtnvfre", strict=True)}
)
"""A character as an escape sequence in double quotes, which was meant as a part of a path of Windows."""

FilePath = Annotated[
    str,
    PlainValidator(_absolute),
    WithJsonSchema({"type": "string", "pattern": r"^[^\x00-\x1f\x7f-\x9f]+$(?!\n)", "not": {"pattern": r"^\s*$"}}),
]
