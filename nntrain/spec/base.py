"""The two kinds of things in a config: sections with options, and named things.

A named thing is written as its name (`Flatten`) or as a one-key mapping from the name to its options
(`Dense: {units: 3}`). Its class has that name and Keras's arguments as fields; its family (`Layer`, `Optimizer`, …) is
the direct subclass of `Named`, and the members of a family are the subclasses of the family: there is no registry.

Errors of pydantic are put into our words in the class where they arise, and keep their path.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError, core_schema

omitted: Any = None
"""The default of every option that Keras has a default for: what the user did not write is not passed on."""


class Section(BaseModel):
    """A mapping of options; frozen, strict, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, (dict, cls)):
            raise problem(f"{cls._title()} takes a mapping of options, got {shown(value)}", "write `option: value`")
        try:
            return handler(value)
        except ValidationError as error:
            worded = [cls._worded(found) for found in _without_echoes(error.errors(), cls.model_fields)]
            raise ValidationError.from_exception_data(cls.__name__, worded) from None

    @classmethod
    def _title(cls) -> str:
        """How messages call this section."""
        return f"`{cls.__name__.lower()}`"

    @classmethod
    def _worded(cls, error: ErrorDetails) -> InitErrorDetails:
        return _details(in_our_words(error, cls._title(), tuple(cls.model_fields)), error["loc"])

    def written(self) -> dict[str, Any]:
        """The options to pass on: those that the user wrote, and defaults of ours; what is required comes first."""
        fields = type(self).model_fields
        return {
            name: value
            for name in sorted(fields, key=lambda name: not fields[name].is_required())
            if (value := getattr(self, name)) is not None or name in self.model_fields_set
        }


class Named(Section):
    """A thing that is chosen by its name."""

    shorthand: ClassVar[str | None] = None  # the one option that a bare scalar may stand for
    aliases: ClassVar[tuple[str, ...]] = ()  # other spellings that Keras accepts
    noun: ClassVar[str] = ""  # of the family, for messages

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if Named in cls.__bases__:
            return core_schema.no_info_plain_validator_function(cls.parse)
        return handler(source)

    @classmethod
    def called(cls) -> str:
        """The member's name in a config."""
        return cls.__name__

    @classmethod
    def members(cls) -> dict[str, type[Self]]:
        """The family's members by name; a class whose name begins with `_` only lends its fields."""
        return {member.called(): member for member in _leaves(cls)}

    @classmethod
    def parse(cls, value: Any) -> Self:
        """The member that the value names, with its options validated."""
        if isinstance(value, cls):
            return value
        name, options = cls.split(value)
        try:
            member = cls.find(name)
            return member.model_validate(member.as_options(options))
        except PydanticCustomError as error:
            loc = (name,) if isinstance(value, dict) else ()
            raise ValidationError.from_exception_data(name, [_details(error, loc)]) from None
        except ValidationError as error:
            raise ValidationError.from_exception_data(name, [_below(name, e) for e in error.errors()]) from None

    @classmethod
    def split(cls, value: Any) -> tuple[str, Any]:
        """The name and the options in `Name` or `{Name: options}`."""
        if isinstance(value, str):
            return value, {}
        if isinstance(value, dict) and len(value) == 1:
            ((name, options),) = value.items()
            return name, options
        if isinstance(value, dict) and value:
            raise problem(
                f"expected one {cls.noun}, got {len(value)} names: {listed(value)}",
                f"write `{next(iter(value))}: {{option: value}}`, the options inside the braces",
            )
        raise problem(f"expected the name of {article(cls.noun)}, got {shown(value)}", see(cls.noun))

    @classmethod
    def find(cls, name: str) -> type[Self]:
        """The member of that name; Keras's snake_case identifiers are names too."""
        members = cls.members()
        if member := members.get(name) or _spellings(cls).get(name):
            return member
        close = nearest(name, members) or nearest(name, _spellings(cls))
        raise problem(f"there is no {cls.noun} `{name}`", f"write `{close}`" if close else see(cls.noun), on_key=True)

    @classmethod
    def as_options(cls, value: Any) -> Any:
        """The mapping of options that the value stands for."""
        if value is None:
            return {}
        if cls.shorthand and not isinstance(value, dict):
            return {cls.shorthand: value}
        return value

    @classmethod
    def _title(cls) -> str:
        return f"`{cls.called()}`"


def _leaves(cls: type[Any]) -> Iterator[type[Any]]:
    for child in cls.__subclasses__():
        if not child.__name__.startswith("_"):
            yield child
        yield from _leaves(child)


@cache
def _spellings(family: type[Named]) -> dict[str, type[Any]]:
    """Every other spelling of every member."""
    return {
        spelling: member
        for name, member in family.members().items()
        for spelling in (snake_case(name), name.lower(), *member.aliases)
    }


def snake_case(name: str) -> str:
    """Keras's identifier for a class name: `HeNormal` is `he_normal`."""
    words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def _without_echoes(errors: list[ErrorDetails], options: Iterable[str]) -> list[ErrorDetails]:
    """The errors less each "needs `units`" that is only the other half of "has no option `unit`"."""
    meant = {nearest(str(e["loc"][-1]), options) for e in errors if e["type"] == "extra_forbidden"}
    return [e for e in errors if not (e["type"] == "missing" and e["loc"][-1] in meant)]


def _details(error: PydanticCustomError, loc: tuple[int | str, ...]) -> InitErrorDetails:
    return {"type": error, "loc": loc, "input": None}


def _below(name: str, error: ErrorDetails) -> InitErrorDetails:
    return _details(in_our_words(error, f"`{name}`", ()), (name, *error["loc"]))


def problem(message: str, help: str = "", on_key: bool = False) -> PydanticCustomError:
    """An error in our words, for validators to raise."""
    return PydanticCustomError("nntrain", "{message}", {"message": message, "help": help, "on_key": on_key})


def in_our_words(error: ErrorDetails, owner: str, options: tuple[str, ...]) -> PydanticCustomError:
    """What pydantic found, said as nntrain says it."""
    context = error.get("ctx", {})
    if error["type"] == "nntrain":
        return problem(context["message"], context["help"], context["on_key"])
    name = str(next((part for part in reversed(error["loc"]) if isinstance(part, str)), ""))
    if error["type"] == "missing":
        return problem(f"{owner} needs `{name}`", f"add `{name}: ...`", on_key=True)
    if error["type"] == "extra_forbidden":
        return problem(f"{owner} has no option `{name}`", _instead(name, options), on_key=True)
    words = _EXPECTED.get(error["type"])
    expected = words(context) if words else error["msg"]
    help = _number_help(error["input"]) if error["type"] in ("int_type", "float_type") else ""
    if error["type"] == "literal_error":
        close = nearest(str(error["input"]), re.findall(r"`([^`]*)`", expected))
        help = f"write `{close}`" if close else ""
    return problem(f"`{name}` must be {expected}, got {shown(error['input'])}", help)


_EXPECTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "int_type": lambda _: "a whole number",
    "float_type": lambda _: "a number",
    "bool_type": lambda _: "`true` or `false`",
    "string_type": lambda _: "text",
    "list_type": lambda _: "a list",
    "dict_type": lambda _: "a mapping",
    "finite_number": lambda _: "a finite number",
    "greater_than": lambda context: f"greater than {context['gt']:g}",
    "greater_than_equal": lambda context: f"at least {context['ge']:g}",
    "less_than": lambda context: f"less than {context['lt']:g}",
    "less_than_equal": lambda context: f"at most {context['le']:g}",
    "too_short": lambda context: f"a list of at least {context['min_length']}",
    "string_too_short": lambda _: "text that is not empty",
    "string_pattern_mismatch": lambda context: f"text of the form `{context['pattern']}`",
    "literal_error": lambda context: "one of " + context["expected"].replace("'", "`").replace(" or ", ", "),
}


def _instead(name: str, options: Iterable[str]) -> str:
    close = nearest(name, options)
    if close:
        return f"write `{close}`"
    return f"its options are {listed(options)}" if options else "it takes no options"


def _number_help(value: Any) -> str:
    """How to write the number that the text looks like."""
    if not isinstance(value, str):
        return ""
    plain = value.replace("_", "") if re.fullmatch(r"[0-9_]+", value) else value.replace(",", ".", 1)
    return f"write `{plain}`" if plain != value and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", plain) else ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is closest in spelling, or nothing."""
    lower = {other.lower(): other for other in known}
    found = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else ""


def shown(value: Any) -> str:
    """The value as it looks in YAML, cut to a readable length."""
    if isinstance(value, Mapping):
        return f"a mapping ({listed(value)})" if value else "an empty mapping"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f"`{'.nan' if value != value else '.inf' if value > 0 else '-.inf'}`"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"


def listed(names: Iterable[str], most: int = 30) -> str:
    """Names in backticks, separated by commas."""
    every = [f"`{name}`" for name in names]
    return ", ".join(every[:most]) + (", …" if len(every) > most else "")


def article(noun: str) -> str:
    """The noun with `a` or `an`."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def plural(noun: str) -> str:
    """The plural of a family's noun, which is also its name for `nntrain list`."""
    if noun.endswith("y"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"


def see(noun: str) -> str:
    """Where the names of a family stand."""
    return f"`nntrain list {plural(noun)}` shows them all"


def to_tree(value: Any) -> Any:
    """The plain values that load back as an equal spec, every default of ours written out."""
    if isinstance(value, Named):
        options = {name: to_tree(option) for name, option in value.written().items()}
        return {value.called(): options} if options else value.called()
    if isinstance(value, Section):
        return {name: to_tree(option) for name, option in value.written().items()}
    if isinstance(value, (list, tuple)):
        return [to_tree(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_tree(item) for key, item in value.items()}
    return value
