"""What a config chooses by its name: a layer, an optimizer, a data source.

It is written as its name (`Flatten`) or as a one-key mapping from the name to its options (`Dense: {units: 3}`). Its
class has that name and Keras's arguments as fields; its family (`Layer`, `Optimizer`, …) is the direct subclass of
`Named`, and the members of a family are the subclasses of the family: there is no registry.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError, core_schema

from nntrain import extensions
from nntrain.config import plugin
from nntrain.config.foreign_names import meant_option
from nntrain.config.messages import article, close_names, got, in_our_words, listed, problem, see, with_space
from nntrain.config.section import Section, details
from nntrain.document.assignment import same_name
from nntrain.document.yaml_file import inline

_NAMES_OF_NAMES = ("class_name", "type", "kind", "_target_", "name")  # in configs of other libraries


class Named(Section):
    """A thing that a config chooses by its name."""

    shorthand: ClassVar[str | None] = None  # the option that a bare scalar is the value of
    aliases: ClassVar[tuple[str, ...]] = ()  # other spellings that Keras accepts
    noun: ClassVar[str] = ""  # the family in messages
    several: ClassVar[bool] = False  # whether a config holds a list of them
    has_plugins: ClassVar[bool] = False  # whether a plug-in can add to the family
    absent: ClassVar[Mapping[str, str]] = {}  # names that users look for in the family, and the help for each
    keras_class: ClassVar[Any] = None  # the class of a plug-in that it describes; Keras's own are found by their names

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if Named in cls.__bases__:
            return core_schema.no_info_plain_validator_function(cls.parse)
        return handler(source)

    @classmethod
    def called(cls) -> str:
        """Return the member's name in a config."""
        return cls.__name__

    @classmethod
    def definition(cls) -> str:
        """Return the family's name in the JSON Schema of a config, or a member's, such as `Layer.Dense`."""
        family = next(kind for kind in cls.__mro__ if Named in kind.__bases__)
        return family.__name__ if cls is family else f"{family.__name__}.{cls.called()}"

    @classmethod
    def members(cls) -> dict[str, type[Self]]:
        """Return the family's members by name; a class whose name begins with `_` only has fields for others."""
        return {member.called(): member for member in (*_leaves(cls), *plugin.members(cls))}

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Return the member that the value names, with its options validated."""
        if isinstance(value, cls):
            return value
        name, options = cls.split(value)
        try:
            member = cls.find(name)
            return member.model_validate(member.as_options(options))
        except PydanticCustomError as error:
            raise of_the_name(error, name, value) from None
        except ValidationError as error:
            raise ValidationError.from_exception_data(name, [_below(name, e) for e in error.errors()]) from None

    @classmethod
    def split(cls, value: Any) -> tuple[str, Any]:
        """Return the name and the options in `Name` or `{Name: options}`."""
        if isinstance(value, str):
            return value, {}
        if isinstance(value, dict) and len(value) == 1:
            ((name, options),) = value.items()
            return name, options
        if isinstance(value, dict) and value:
            found = f"expected one {cls.noun}, got {len(value)} names: {listed(value)}"
            raise problem(found, cls._help_for_a_name_as_an_option(value) or cls._help_for_names(list(value)))
        raise problem(f"expected the name of {article(cls.noun)}, got {got(value)}", cls._help_for_value(value))

    @classmethod
    def _help_for_value(cls, value: Any) -> str:
        """Return the help for a value that is not a name; a number may belong after one."""
        short = next((name for name, member in cls.members().items() if member.shorthand), "")
        if short and isinstance(value, (int, float)) and not isinstance(value, bool):
            return f"write the number after a name, such as `{short}: {value:g}`"
        return see(cls.noun)

    @classmethod
    def _help_for_a_name_as_an_option(cls, value: dict[str, Any]) -> str:
        """Return the help for `{type: Dense, units: 3}`, as other libraries name things; nothing for others."""
        for key in _NAMES_OF_NAMES:
            if isinstance(name := value.get(key), str) and (member := known(cls).get(name)):
                rest = {option: given for option, given in value.items() if option != key}
                options = rest["config"] if isinstance(rest.get("config"), dict) else rest
                fields = member.model_fields
                written = {meant_option(one, fields) or one: given for one, given in options.items()}
                return f"write `{inline({member.called(): written})[1:-1]}`"
        return ""

    @classmethod
    def _help_for_names(cls, names: list[str]) -> str:
        """Return the help for several names in place of one: the others are its options, or they must go."""
        first, *others = names
        member = known(cls).get(first)
        if member is not None and member.model_fields and not {*others} & {*known(cls), *member.model_fields}:
            return f"the options of `{first}` are {listed(member.options())}"
        if member is None or not set(others) & set(member.model_fields):
            return f"begin each {cls.noun} with `- `" if cls.several else "keep one"
        options = ", ".join(f"{name}: ..." for name in others)
        return f"write `{first}: {{{options}}}`, or indent the options deeper than `{first}`"

    @classmethod
    def find(cls, name: str) -> type[Self]:
        """Return the member of that name, which may be Keras's snake_case identifier."""
        if member := known(cls).get(name):
            return member
        raise problem(f"unknown {cls.noun} `{name}`", cls.instead_of(name), on_key=True)

    @classmethod
    def instead_of(cls, name: str) -> str:
        """Return the help for an unknown name."""
        if help := cls.absent.get(name) or cls._absent_in_another_spelling(name) or with_space(name):
            return help
        called, _, arguments = name.partition("(")
        if arguments.endswith(")") and called in known(cls):
            return cls.find(called)._example()
        if " - " in name:
            return "give all lines of the list the same indentation"
        if owner := next((key for key, member in cls.members().items() if name in member.model_fields), ""):
            return f"`{name}` is an option; write `{owner}: {{{name}: ...}}`"
        for family in Named.__subclasses__():
            if name in known(family):
                return f"`{name}` is {article(family.noun)}; {see(cls.noun)}"
        close = close_names(name, known(cls))
        may_be_own = cls.has_plugins and not plugin.in_use() and (not close or name.endswith(tuple(cls.members())))
        help = close or see(cls.noun)
        return f"{help}; one of your own comes with `--plugin FILE`" if may_be_own else help

    @classmethod
    def _absent_in_another_spelling(cls, name: str) -> str:
        return next((help for other, help in cls.absent.items() if same_name(name, other)), "")

    @classmethod
    def as_options(cls, value: Any) -> Any:
        """Return the mapping of options that the value means."""
        if value is None:
            return {}
        if cls.shorthand and not isinstance(value, dict):
            return {cls.shorthand: value}
        return value

    @classmethod
    def _title(cls) -> str:
        return f"`{cls.called()}`"

    @classmethod
    def _example(cls) -> str:
        if cls.needs_options():
            return super()._example()
        options = f", or `{cls.called()}: {{option: value}}`" if cls.model_fields else ""
        return f"write `{cls.called()}` alone{options}"


class PlugIn:
    """Base of a family whose members are plug-ins: the class `Options` of each module in `nntrain/<folder>/`."""

    folder: ClassVar[str]
    spelling: ClassVar[str] = ""  # of the name in a config, where it is not the module's in CamelCase

    @classmethod
    def called(cls) -> str:
        """Return the member's name in a config: `RandomSearch` for `random_search.py`."""
        return cls.spelling or cls.__module__.rpartition(".")[2].title().replace("_", "")

    @classmethod
    def members(cls) -> dict[str, type[Self]]:
        found = [extensions.load(cls.folder, name).Options for name in extensions.names(cls.folder)]
        return {member.called(): member for member in (*found, *plugin.members(cls))}


def _leaves(cls: type[Any]) -> Iterator[type[Any]]:
    for child in cls.__subclasses__():
        if not child.__name__.startswith("_") and child.keras_class is None:
            yield child
        yield from _leaves(child)


def known(family: type[Named]) -> dict[str, type[Any]]:
    """Return the members by all their names, their own last."""
    return _known(family, plugin.in_use())


@cache
def _known(family: type[Named], _: tuple[plugin.Plugin, ...]) -> dict[str, type[Any]]:
    members = family.members()
    spellings = {
        spelling: member
        for name, member in members.items()
        for spelling in (snake_case(name), name.lower(), *member.aliases)
    }
    return {**spellings, **members}


def snake_case(name: str) -> str:
    """Return Keras's identifier for a class name: `he_normal` for `HeNormal`."""
    words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def of_the_name(error: PydanticCustomError, name: str, value: Any) -> ValidationError:
    """Return the error about a name, which is a key in `{Name: options}`, and otherwise a value."""
    context = error.context or {}
    is_key = isinstance(value, dict)
    found = details(problem(context["message"], context["help"], on_key=is_key), (name,) if is_key else ())
    return ValidationError.from_exception_data(name, [found])


def _below(name: str, error: ErrorDetails) -> InitErrorDetails:
    return details(in_our_words(error, f"`{name}`", str), (name, *error["loc"]))


def spelled_out(name: str, value: Any) -> dict[str, Any] | None:
    """Return the options that a bare scalar means, or None: `{rate: 0.5}` for the 0.5 in `Dropout: 0.5`."""
    for family in Named.__subclasses__():
        member = known(family).get(name)
        if member is not None and member.shorthand is not None:
            return {member.shorthand: value}
    return None


def member_of(text: str) -> type[Named] | None:
    """Return the member of this name in any family, or None."""
    return next((known(family)[text] for family in Named.__subclasses__() if text in known(family)), None)


def is_name(text: str) -> bool:
    """Return whether any family has a member of this name."""
    return member_of(text) is not None


def to_tree(value: Any) -> Any:
    """Return the plain values that load back as an equal object, with all our own defaults written out."""
    if isinstance(value, Section):
        options = {name: to_tree(option) for name, option in value.written().items()}
        if not isinstance(value, Named):
            return options
        return {value.called(): options} if options else value.called()
    if isinstance(value, (list, tuple)):
        return [to_tree(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_tree(item) for key, item in value.items()}
    return value
