"""The wording of messages about a config: what was found, what was expected, how to fix it."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails, PydanticCustomError

from nntrain.config.foreign_names import VALUES
from nntrain.document.yaml_file import inline
from nntrain.document.yaml_parser import scalar
from nntrain.errors import one_line
from nntrain.nearest import nearest


def problem(message: str, help: str = "", on_key: bool = False) -> PydanticCustomError:
    """Return an error that validators raise."""
    words = {"message": one_line(message), "help": one_line(help), "on_key": on_key}
    return PydanticCustomError("nntrain", "{message}", words)


def in_our_words(
    error: ErrorDetails, owner: str, instead: Callable[[str], str], choices: Sequence[str] = ()
) -> PydanticCustomError:
    """Return pydantic's error reworded; `instead` gives the help for an unknown option, `choices` the allowed names."""
    context = {**error.get("ctx", {}), "choices": choices}
    if error["type"] == "nntrain":
        return problem(context["message"], context["help"], context["on_key"])
    name = str(next((part for part in reversed(error["loc"]) if isinstance(part, str)), ""))
    if error["type"] == "missing":
        return problem(f"{owner} needs `{name}`", f"add `{name}: ...`", on_key=True)
    if error["type"] == "extra_forbidden":
        return problem(f"{owner} has no option `{name}`", instead(name), on_key=True)
    value = error["input"]
    words = _EXPECTED.get(error["type"])
    expected, help = words(value, context) if words else (error["msg"], "")
    return problem(f"`{name}` must be {expected}, got {got(value)}", help)


MOST_WRITTEN = 1e15  # the largest number that a help writes out


def number_help(value: Any, whole: bool = False) -> str:
    """Return how to write the number that the user meant."""
    if value is None:
        return "give a number, or remove the option"
    if isinstance(value, str):
        return _number_in_text(value, whole)
    if isinstance(value, float) and abs(value) < MOST_WRITTEN:
        low, high = math.floor(value), math.ceil(value)
        return f"write `{low}` or `{high}`" if low < high and low != 0 else f"write `{high}`"
    if isinstance(value, float):
        return "write a smaller number"
    return "write one number" if isinstance(value, (Mapping, list, tuple)) else "write a number"


def _number_in_text(text: str, whole: bool) -> str:
    number = scalar(text)
    if isinstance(number, (int, float)) and not isinstance(number, bool) and (not whole or float(number).is_integer()):
        return "remove the quotes"
    if re.fullmatch(r"[0-9]+(_[0-9]+)+", text):
        return f"write `{text.replace('_', '')}`"
    if whole and re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+", text):
        return f"write `{text.replace(',', '')}`"
    if whole:
        return "write a whole number"
    if re.fullmatch(r"-?[0-9]*,[0-9]+", text):
        return f"write `{text.replace(',', '.')}`"
    if share := as_share(text):
        return f"write `{share}`"
    return "write a number"


def as_share(text: str) -> str:
    """Return `0.1` for `10%`, else nothing."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) *%", text)
    return f"{float(match[1]) / 100:g}" if match and 0 < float(match[1]) < 100 else ""


def _bool_help(value: Any) -> str:
    if isinstance(value, str) and isinstance(scalar(value), bool):
        return "remove the quotes"
    meant = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}
    known = meant.get(str(value).lower())
    return f"write `{known}`" if known else "write `true` or `false`"


def _text_help(value: Any) -> str:
    return "write text" if isinstance(value, (Mapping, list, tuple)) or value is None else f"write `'{value}'`"


def _list_help(value: Any) -> str:
    if isinstance(value, str) and value.strip() and "`" not in value:
        return f"write `{inline([value])}`"
    if isinstance(value, Mapping) and value and all(str(name)[:1].isupper() for name in value):
        return f"write `{inline([name if options is None else {name: options} for name, options in value.items()])}`"
    return "write the items below each other, each after `- `"


def _at_most(value: Any, bound: float, words: str) -> str:
    """A share above 1 is mostly meant as a percentage."""
    percentage = bound == 1 and isinstance(value, (int, float)) and 5 <= value <= 100
    return f"write `{value / 100:g}`, a share, not a percentage" if percentage else f"write {words}"


def _one_of(value: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    names = context["choices"]
    close = VALUES.get(str(value).lower(), "")
    close = close if close in names else nearest(str(value), names)
    return f"one of {listed(names)}", f"write `{close}`" if close else "write one of these names"


def _too_short(value: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    least = context["min_length"]
    return f"a list of at least {counted(least, 'item')}", f"add {counted(least - len(value), 'item')}"


def _too_long(value: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    most = context["max_length"]
    return f"a list of at most {counted(most, 'item')}", "shorten the list"


_EXPECTED: dict[str, Callable[[Any, Mapping[str, Any]], tuple[str, str]]] = {
    "int_type": lambda value, _: ("a whole number", number_help(value, whole=True)),
    "float_type": lambda value, _: ("a number", number_help(value)),
    "bool_type": lambda value, _: ("`true` or `false`", _bool_help(value)),
    "string_type": lambda value, _: ("text", _text_help(value)),
    "list_type": lambda value, _: ("a list", _list_help(value)),
    "dict_type": lambda value, _: ("a mapping", "write `{name: value}`"),
    "finite_number": lambda value, _: ("a finite number", "write a number such as `0.1`"),
    "greater_than": lambda _, context: (f"greater than {context['gt']:.10g}", "write a larger number"),
    "greater_than_equal": lambda _, context: (
        f"at least {context['ge']:.10g}",
        f"write `{context['ge']:.10g}` or more",
    ),
    "less_than": lambda value, context: (
        f"less than {context['lt']:.10g}",
        _at_most(value, context["lt"], "a smaller number"),
    ),
    "less_than_equal": lambda value, context: (
        f"at most {context['le']:.16g}",
        _at_most(value, context["le"], f"`{context['le']:.16g}` or less"),
    ),
    "too_short": _too_short,
    "too_long": _too_long,
    "string_too_short": lambda *_: ("text that is not empty", "write a name"),
    "literal_error": _one_of,
}


def with_space(text: str) -> str:
    """Return the help for `rate:0.2`, which YAML takes for a name."""
    match = re.fullmatch(r"(\w+):\s*([\w.+/-]*\w)", text)
    return f"write `{match[1]}: {match[2]}`, with a plain space after the `:`" if match else ""


def close_names(name: str, known: Iterable[str]) -> str:
    """Return the help that offers the nearest name, or those that contain it; nothing when none is near."""
    names = list(known)
    if close := nearest(name, names, cutoff=0.8):
        return f"write `{close}`"
    part, plain = _folded(name), {_folded(other): other for other in names}
    longer = [other for key, other in plain.items() if len(part) > 3 and part in key]
    if longer:
        return f"write {' or '.join(f'`{other}`' for other in longer[:4])}"
    close = nearest(name, names)
    return f"write `{close}`" if close else ""


def _folded(name: str) -> str:
    return name.lower().replace("_", "")


def got(value: Any) -> str:
    """Return the value as it was found; text that looks like a number or `true` is called text."""
    if isinstance(value, str) and not isinstance(scalar(value), str):
        return f"the text {shown(value)}" if value else "empty text"
    return shown(value)


def shown(value: Any) -> str:
    """Return the value as YAML shows it, cut to a readable length."""
    if value is None:
        return "nothing"
    if isinstance(value, (Mapping, list, tuple)):
        return _shown_collection(value)
    if isinstance(value, float):
        return f"`{inline(value)}`"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"


def _shown_collection(value: Any) -> str:
    kind = "mapping" if isinstance(value, Mapping) else "list"
    if not value:
        return f"an empty {kind}"
    text = inline(value) if _is_plain(value) else ""
    if 0 < len(text) <= 40:
        return f"`{text}`"
    return f"a mapping ({listed(value)})" if kind == "mapping" else f"a list of {len(value)}"


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_plain(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    return value is None or isinstance(value, (str, int, float))


def listed(names: Iterable[str], most: int = 30) -> str:
    """Return names in backticks, separated by commas."""
    every = [f"`{one_line(str(name))}`" for name in names]
    return ", ".join(every[:most]) + (", …" if len(every) > most else "")


def article(noun: str) -> str:
    """Return the noun with `a` or `an`."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def plural(noun: str) -> str:
    """Return the plural of a family's noun, which `nntrain list` takes."""
    if noun.endswith("y"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"


def counted(count: int, noun: str) -> str:
    """Return the count with its noun: `1 trial`, `2 trials`."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def see(noun: str) -> str:
    """Return which command lists the names of a family."""
    name = "data" if noun == "data source" else plural(noun)
    return f"`nntrain list {name}` shows them all"
