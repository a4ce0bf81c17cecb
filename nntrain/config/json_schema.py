"""The JSON Schema of a config (draft 2020-12), for editors and other programs: what `nntrain schema` prints.

It is made from the classes that validate a config. What a validator of our own accepts is written beside it, with
pydantic's `WithJsonSchema`. Rules between options or sections are outside a schema; docs/reference.md lists them.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonRef
from pydantic_core import core_schema

from nntrain.config import catalogue, keras_defaults, plugin, value_types
from nntrain.config.data import Fold
from nntrain.config.experiment import Experiment
from nntrain.config.meanings import meaning
from nntrain.config.named import Named, known, to_tree
from nntrain.config.search import parameter_syntax
from nntrain.config.section import Section, reference
from nntrain.config.train import Train
from nntrain.config.tune import Objective, Tune

FILE = "nntrain.schema.json"  # as it is called beside a config
TITLE = "A config of nntrain"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SECTIONS: tuple[type[Section], ...] = (Train, Tune, Objective, Fold)

JsonSchema = dict[str, Any]


class _OfValues(GenerateJsonSchema):
    """The JSON Schemas of the types of options; a section or a family is a reference to its definition."""

    def get_schema_from_definitions(self, json_ref: JsonRef) -> JsonSchema:
        return {"$ref": json_ref}

    def any_schema(self, schema: core_schema.AnySchema) -> JsonSchema:
        return self.handle_invalid_for_json_schema(schema, "a validator of our own, without WithJsonSchema")


def schema() -> JsonSchema:
    """Return the JSON Schema of a config."""
    files = [one.file.name for one in plugin.in_use()]
    head = {"$schema": DIALECT, "title": f"{TITLE} with {', '.join(files)}" if files else TITLE}
    return {**head, **of_section(Experiment), "$defs": dict(_definitions())}


def text() -> str:
    """Return the JSON Schema as it is printed, and kept in docs/nntrain.schema.json."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def line(file: str) -> str:
    """Return the comment of a config that names its schema, by the path from the config."""
    return f"# yaml-language-server: $schema={file}"


def _definitions() -> Iterator[tuple[str, JsonSchema]]:
    for section in SECTIONS:
        yield section.definition(), of_section(section)
    for family in catalogue.FAMILIES:
        yield family.definition(), _of_family(family)
        for member in family.members().values():
            yield member.definition(), of_section(member)
    yield from value_types.DEFINITIONS.items()
    yield from parameter_syntax.DEFINITIONS.items()


def of_section(section: type[Section]) -> JsonSchema:
    """Return the JSON Schema of a section, or of what follows the name of a member: its options, or a bare value."""
    options = _of_options(section)
    others = _bare_values(section) if issubclass(section, Named) else section.short_forms
    words = {"description": catalogue.first_line(section)}
    return words | ({"anyOf": [options, *others]} if others else options)


def _of_options(section: type[Section]) -> JsonSchema:
    fields = section.model_fields
    required = [name for name in section.options() if fields[name].is_required()]
    return {
        "type": "object",
        "properties": {name: of_option(section, name) for name in section.options()},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def of_option(section: type[Section], name: str) -> JsonSchema:
    """Return the JSON Schema of an option, with what it means and its default, ours or Keras's."""
    field = section.model_fields[name]
    value = of_value(field)
    if name in section.nullable:
        value = {"anyOf": [value, {"type": "null"}]}
    return {"description": meaning(section, name), **value, **_default(section, name)}


def of_value(field: FieldInfo) -> JsonSchema:
    """Return the JSON Schema of the values of an option; raises pydantic's error for a validator without one."""
    kind: Any = field.annotation
    if isinstance(kind, type) and issubclass(kind, Section) and not field.metadata:
        return reference(kind.definition())
    return dict(_of_type(kind, tuple(field.metadata)))


@cache
def _of_type(annotation: Any, metadata: tuple[Any, ...]) -> JsonSchema:
    whole = Annotated[(annotation, *metadata)] if metadata else annotation  # type: ignore[valid-type,unused-ignore]
    return _OfValues().generate_inner(TypeAdapter(whole).core_schema)  # type: ignore[arg-type]


def _default(section: type[Section], name: str) -> JsonSchema:
    field = section.model_fields[name]
    if field.is_required() or field.annotation is Train:
        return {}
    default = to_tree(field.get_default(call_default_factory=True))
    if default is None:  # that of Keras may be None, which a config does not write
        default = keras_defaults.of(section).get(name)
    return {} if default is None else {"default": default}


def _bare_values(member: type[Named]) -> Sequence[JsonSchema]:
    """Return what may stand for the options of a member: nothing, or the value of the one that is required."""
    required = {name for name, field in member.model_fields.items() if field.is_required()}
    nothing = [] if required else [{"type": "null"}]
    if member.shorthand is None or required - {member.shorthand}:
        return nothing
    return [{"description": f"`{member.shorthand}`", **of_value(member.model_fields[member.shorthand])}, *nothing]


def _of_family(family: type[Named]) -> JsonSchema:
    """Return the JSON Schema of a name, or of a one-key mapping from it to options.

    Editors offer the names of the classes. Other spellings are patterns, which are accepted and not offered.
    """
    members = family.members()
    alone = {name: member for name, member in known(family).items() if not member.needs_options()}
    names = [{"const": name, "description": catalogue.first_line(members[name])} for name in members if name in alone]
    spellings = {name: member for name, member in known(family).items() if name not in members}
    with_options = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {name: reference(member.definition()) for name, member in members.items()},
        "patternProperties": {
            _pattern([name for name, other in spellings.items() if other is member]): reference(member.definition())
            for member in dict.fromkeys(spellings.values())
        },
        "additionalProperties": False,
    }
    others = (
        [{"type": "string", "pattern": _pattern(found)}] if (found := sorted(alone.keys() - members.keys())) else []
    )
    words = {"description": catalogue.first_line(family)}
    return {**words, "anyOf": [*names, with_options, *others, *family.short_forms]}


def _pattern(names: Iterable[str]) -> str:
    return f"^({'|'.join(names)})$(?!\\n)"
