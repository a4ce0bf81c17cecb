"""How one parameter is written: `{choice: [...]}`, `{int: [low, high]}`, `{float: [low, high]}` or `bool`.

A mapping is a parameter when it has one of the keys `choice`, `int`, `float`, which no option in a config is called.
The text `bool` is a parameter too.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from nntrain.config.messages import got, listed, number_help, shown
from nntrain.config.search.space import Parameter
from nntrain.config.section import reference
from nntrain.config.value_types import A_NUMBER, LARGEST, is_number, is_whole
from nntrain.errors import Path, Problem
from nntrain.nearest import nearest

MOST_OPTIONS = 1000  # of a choice: each is tried in the config
KINDS = ("choice", "int", "float")
_A_WHOLE_END = {"type": "integer", "minimum": -(10**15)}
_EXAMPLE = "write `{choice: [16, 32]}`, `{int: [1, 4]}`, `{float: [0.1, 0.9]}` or `bool`"


_MEANT = {kind: kind for kind in KINDS} | {
    "choices": "choice",
    "values": "choice",
    "range": "int` or `float",
    "uniform": "float",
    "loguniform": "float: [...], log: true",
    "integer": "int",
    "bool": "bool",
}


def _range_schema(kind: str, end: dict[str, Any], step: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            kind: {"type": "array", "items": end, "minItems": 2, "maxItems": 2, "description": "Both ends included."},
            "step": {**step, "description": "The distance of the values; without it every value is possible."},
            "log": {"type": "boolean", "default": False, "description": "Whether it is even by its logarithm."},
        },
        "required": [kind],
        "additionalProperties": False,
        "if": {"properties": {"log": {"const": True}}, "required": ["log"]},
        "then": {"not": {"required": ["step"]}, "properties": {kind: {"items": {"exclusiveMinimum": 0}}}},
    }


_ANY_KIND = [{"required": [kind]} for kind in KINDS]
_A_FORM = {"anyOf": [{"const": "bool"}, {"type": "object", "anyOf": _ANY_KIND}]}
_INSIDE = {"if": _A_FORM, "then": reference("Parameter"), "else": reference("Option")}
DEFINITIONS: dict[str, Any] = {
    "Space": {
        "description": "Dotted paths of the config, as one key or as nested mappings, and the values of each.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "if": {"type": "object", "not": {"anyOf": _ANY_KIND}},
            "then": reference("Space"),
            "else": reference("Parameter"),
        },
    },
    "Parameter": {
        "description": "The values of a path: `{choice: [...]}`, `{int: [low, high]}`, `{float: [low, high]}`, `bool`.",
        "anyOf": [
            {"const": "bool"},
            {
                "type": "object",
                "properties": {
                    "choice": {
                        "type": "array",
                        "items": {"not": _A_FORM, **reference("Option")},
                        "minItems": 2,
                        "maxItems": MOST_OPTIONS,
                    },
                },
                "required": ["choice"],
                "additionalProperties": False,
            },
            _range_schema("int", _A_WHOLE_END, {"type": "integer", "minimum": 1}),
            _range_schema("float", A_NUMBER, {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST}),
        ],
    },
    "Option": {
        "description": "A value of a choice, inside which an option of the config may be a parameter.",
        "items": _INSIDE,
        "additionalProperties": _INSIDE,
    },
}
"""The JSON Schemas of a space, a parameter, and an option of a choice, which may hold parameters."""


def is_typo(form: Any) -> str:
    """Return the key of a mapping that is a typo of a parameter's key; empty for another mapping."""
    keys = [str(key) for key in form] if isinstance(form, Mapping) else []
    return next((key for key in keys if nearest(key, _MEANT, cutoff=0.75)), "")


def is_form(value: Any) -> bool:
    """Return whether the value is a parameter."""
    return value == "bool" or (isinstance(value, Mapping) and any(kind in value for kind in KINDS))


def problems(form: Any, at: Path) -> Iterator[Problem]:
    """Yield what is wrong with the form of a parameter; `at` is where it is written."""
    if not is_form(form):
        yield _no_form(form, at)
        return
    kinds = [kind for kind in KINDS if isinstance(form, Mapping) and kind in form]
    if len(kinds) > 1:
        yield Problem(f"a parameter has one of {listed(kinds)}", (*at, kinds[1]), "keep one", on_key=True)
        return
    for kind in kinds:
        yield from _unknown_keys(form, kind, at)
        yield from _choice(form[kind], (*at, kind)) if kind == "choice" else _range(form, kind, at)


def _no_form(form: Any, at: Path) -> Problem:
    if isinstance(form, str) and (kind := nearest(form, ["bool", "boolean"], cutoff=0.7)):
        return Problem(f"a parameter is a mapping or `bool`, got `{form}`", at, f"write `{kind[:4]}`")
    if isinstance(form, (list, tuple)) and form:
        return Problem(f"a parameter is a mapping or `bool`, got {got(form)}", at, f"write `choice: {_items(form)}`")
    if isinstance(form, Mapping) and "bool" in form:
        return Problem("a parameter of `true` and `false` has no options", (*at, "bool"), "write `bool`", on_key=True)
    if key := is_typo(form):
        help = f"write `{_MEANT[nearest(key, _MEANT)]}`"
        return Problem(f"a parameter has no `{key}`", (*at, key), help, on_key=True)
    return Problem(f"a parameter is a mapping or `bool`, got {got(form)}", at, _EXAMPLE)


def _items(values: Any) -> str:
    text = shown(list(values))
    return text.strip("`") if text.startswith("`") else "[...]"


def _unknown_keys(form: Mapping[str, Any], kind: str, at: Path) -> Iterator[Problem]:
    known = ("choice",) if kind == "choice" else (kind, "step", "log")
    for key in form:
        if key in ("step", "log") and kind == "choice":
            yield Problem(f"`{key}` is for `int` and `float`", (*at, key), "remove it", on_key=True)
        elif key not in known:
            close = nearest(str(key), known[1:])
            help = f"write `{close}`" if close else f"its keys are {listed(known)}"
            yield Problem(f"a parameter has no `{key}`", (*at, str(key)), help, on_key=True)


def _choice(values: Any, at: Path) -> Iterator[Problem]:
    if not isinstance(values, list):
        help = "write a list of two or more values" if isinstance(values, Mapping) else f"write `[{values}, ...]`"
        yield Problem(f"`choice` takes a list of values, got {got(values)}", at, help)
        return
    if not values:
        yield Problem("`choice` has no values", at, "give two or more")
    if len(values) > MOST_OPTIONS:
        message = f"`choice` has {len(values):,} values, at most {MOST_OPTIONS:,} are possible"
        yield Problem(message, at, "write a range, such as `int: [1, 30000]`")
    if len(values) == 1:
        yield Problem("`choice` has one value", (*at, 0), "give a second value, or remove the parameter")
    for number, value in enumerate(values):
        if is_form(value):
            help = "write its values among the values of the choice around it"
            yield Problem("a value of a choice cannot be a parameter itself", (*at, number), help)
        elif isinstance(value, float) and value != value:
            yield Problem("`.nan` is not allowed as a value", (*at, number), "remove it")


def _range(form: Mapping[str, Any], kind: str, at: Path) -> Iterator[Problem]:
    ends = form[kind]
    whole = kind == "int"
    if not isinstance(ends, list) or len(ends) != 2:
        help = f"write `{kind}: {'[1, 4]' if whole else '[0.1, 0.9]'}`"
        yield Problem(f"`{kind}` takes `[lowest, highest]`, got {got(ends)}", (*at, kind), help)
        return
    bad = list(_ends(ends, whole, (*at, kind)))
    yield from bad
    extras = list(_extras(form, whole, at))
    yield from extras
    if not bad:
        yield from _order(ends, (*at, kind))
    if not bad and not extras and ends[0] < ends[1]:
        yield from _step_and_log(form, ends, at, kind)


def _ends(ends: list[Any], whole: bool, at: Path) -> Iterator[Problem]:
    for number, end in enumerate(ends):
        if not (is_whole(end, -(10**15)) if whole else is_number(end)):
            expected = "a whole number" if whole else "a finite number"
            help = "write a number such as `0.1`" if isinstance(end, float) and not whole else number_help(end, whole)
            yield Problem(f"an end of the range must be {expected}, got {got(end)}", (*at, number), help)


def _extras(form: Mapping[str, Any], whole: bool, at: Path) -> Iterator[Problem]:
    """Yield what is wrong with `step` and `log` by themselves."""
    step: Any = form.get("step")
    log = form.get("log", False)
    if "step" in form and not (is_whole(step, 1) if whole else is_number(step) and float(step) > 0):
        expected = "a whole number from 1" if whole else "a number greater than 0"
        yield Problem(f"`step` must be {expected}, got {got(step)}", (*at, "step"), f"write `{1 if whole else 0.1}`")
    if not isinstance(log, bool):
        yield Problem(f"`log` must be `true` or `false`, got {got(log)}", (*at, "log"), "write `true` or `false`")
    elif log and "step" in form:
        yield Problem("`step` and `log` exclude each other", (*at, "step"), "remove one of the two", on_key=True)


def _order(ends: list[Any], at: Path) -> Iterator[Problem]:
    low, high = ends
    if low > high:
        yield Problem(f"the range begins above its end: {low:g} is more than {high:g}", at, f"write `[{high}, {low}]`")
    elif low == high:
        yield Problem(f"the range holds one value, {low:g}", at, "give two different ends, or remove the parameter")


def _step_and_log(form: Mapping[str, Any], ends: list[Any], at: Path, kind: str) -> Iterator[Problem]:
    low, high = ends
    if form.get("log") and low <= 0:
        help = "write a small number such as `1e-5`" if kind == "float" else "write `1`"
        yield Problem(f"a range with `log` must be above 0, got {got(low)}", (*at, kind, 0), help)
    if "step" in form and form["step"] > high - low:
        help = f"write at most `{high - low:g}`"
        yield Problem(f"the step {form['step']:g} is larger than the range", (*at, "step"), help)


def parameter(path: str, form: Any) -> Parameter:
    """Return the parameter of a valid form. The end of a range with a step is its last value."""
    if form == "bool":
        return Parameter(path, "bool", (False, True))
    if "choice" in form:
        return Parameter(path, "choice", tuple(form["choice"]))
    kind: Literal["int", "float"] = "int" if "int" in form else "float"
    low, high = form[kind] if kind == "int" else map(float, form[kind])
    step = form.get("step")
    if step is not None:
        count = int((high - low) / step + 1e-9)
        high = low + count * step if kind == "int" else float(f"{low + count * step:.12g}")
    return Parameter(path, kind, low=low, high=high, step=step, log=bool(form.get("log")))
