"""A section of a config: a mapping of options, whose class rewords pydantic's errors and keeps their path."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError

from nntrain.config.foreign_names import meant_option
from nntrain.config.messages import got, in_our_words, listed, problem, with_space
from nntrain.nearest import nearest

MOST_COMPARED = 100  # unknown options of a section whose names are compared with the known ones


class Section(BaseModel):
    """A mapping of options: frozen, strict, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)
    elsewhere: ClassVar[Mapping[str, str]] = {}  # options that users look for here, and the help for each
    nullable: ClassVar[tuple[str, ...]] = ()  # options that `null` removes
    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ()  # JSON Schemas of what may stand for the whole section

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return reference(cls.definition())

    @classmethod
    def definition(cls) -> str:
        """Return the name of this section in the JSON Schema of a config."""
        return cls.__name__

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, (dict, cls)):
            raise problem(
                f"{cls._title()} takes a mapping of options, got {got(value)}", cls._help_for_no_mapping(value)
            )
        try:
            return handler(value)
        except ValidationError as error:
            found = _without_echoes(error.errors(), cls.model_fields, cls.elsewhere)
            worded = [cls._worded(each, compare=number < MOST_COMPARED) for number, each in enumerate(found)]
            raise ValidationError.from_exception_data(cls.__name__, worded) from None

    @classmethod
    def _title(cls) -> str:
        """Return the name of this section in messages."""
        return f"`{cls.__name__.lower()}`"

    @classmethod
    def _help_for_no_mapping(cls, value: object) -> str:
        """Return the help for a value that is not a mapping."""
        return cls._example()

    @classmethod
    def _example(cls) -> str:
        """Return how this section is written."""
        required = [name for name, field in cls.model_fields.items() if field.is_required()]
        options = ", ".join(f"{name}: ..." for name in required or cls.options()[:1])
        return f"write `{cls._title().strip('`')}: {{{options}}}`"

    @classmethod
    def options(cls) -> tuple[str, ...]:
        """Return the names of the options, the class's own before those of its family."""
        own = [name for kind in cls.__mro__ for name in vars(kind).get("__annotations__", ())]
        return tuple(dict.fromkeys(name for name in own if name in cls.model_fields))

    @classmethod
    def needs_options(cls) -> bool:
        """Return whether an option has no default."""
        return any(field.is_required() for field in cls.model_fields.values())

    @classmethod
    def _worded(cls, error: ErrorDetails, compare: bool) -> InitErrorDetails:
        fields = [cls.model_fields[at] for at in error["loc"] if at in cls.model_fields]
        choices = [name for field in fields for name in _choices(field.annotation)]
        instead = cls._instead_of_option if compare else cls._known_options
        return details(in_our_words(error, cls._title(), instead, choices), error["loc"])

    @classmethod
    def _instead_of_option(cls, name: str) -> str:
        if meant := meant_option(name, cls.model_fields):
            return f"write `{meant}`"
        if help := cls.elsewhere.get(name) or with_space(name):
            return help
        if name.isdecimal():
            return "write decimal numbers with a point, such as `0.9`"
        close = nearest(name, cls.model_fields)
        return f"write `{close}`" if close else cls._known_options(name)

    @classmethod
    def _known_options(cls, _: str) -> str:
        return f"its options are {listed(cls.options())}" if cls.model_fields else "it takes no options; remove it"

    def written(self) -> dict[str, Any]:
        """Return the options to pass on, required ones first: those that the user wrote, and our own defaults."""
        fields = type(self).model_fields
        return {
            name: value
            for name in sorted(fields, key=lambda name: not fields[name].is_required())
            if (value := getattr(self, name)) is not None or name in self.model_fields_set
        }


def reference(definition: str) -> dict[str, Any]:
    """Return the JSON Schema that stands for one of the definitions."""
    return {"$ref": f"#/$defs/{definition}"}


def _without_echoes(
    errors: list[ErrorDetails], options: Collection[str], elsewhere: Mapping[str, str]
) -> list[ErrorDetails]:
    """Return the errors without each "needs `units`" that only repeats "has no option `unit`"."""
    if not any(e["type"] == "missing" for e in errors):
        return errors
    unknown = [str(e["loc"][-1]) for e in errors if e["type"] == "extra_forbidden"]
    meant = {nearest(name, options) for name in unknown[:MOST_COMPARED]}
    meant |= {meant_option(name, options) for name in unknown[:MOST_COMPARED]}
    meant |= {option for name in unknown for option in options if f"write `{option}`" in elsewhere.get(name, "")}
    return [e for e in errors if not (e["type"] == "missing" and e["loc"][-1] in meant)]


def _choices(annotation: Any) -> list[str]:
    """Return the values of a `Literal`, which may be the type of a list's items."""
    if get_origin(annotation) is Literal:
        return [str(name) for name in get_args(annotation)]
    return [name for part in get_args(annotation) for name in _choices(part)]


def details(error: PydanticCustomError, loc: tuple[int | str, ...]) -> InitErrorDetails:
    """Return the error at a path, for a ValidationError."""
    return {"type": error, "loc": loc, "input": None}
