"""The JSON Schema of a value in words, and a value that it accepts."""

from collections.abc import Mapping
from typing import Any

from nntrain.config.messages import article
from nntrain.config.named import Named
from nntrain.config.value_types import LARGEST

_KINDS = {"string": "text", "boolean": "`true` or `false`", "null": "`null`", "object": "a mapping"}
_REFERENCES = {"Numbers": "a number or nested lists of numbers", "Space": "paths and the values of each"}
_SAMPLES: dict[str, Any] = {
    "Fold": {"index": 1, "count": 10},
    "Numbers": [0.1, 0.2],
    "Objective": "val_accuracy",
    "Space": {"train.batch_size": {"choice": [16, 32]}},
    "Train": {"epochs": 10},
    "Tune": {"space": {"train.batch_size": {"choice": [16, 32]}}},
}
_FEW = 8  # names that are shown
_NAMES = {"path": "data.csv", "target": "price"}

JsonSchema = Mapping[str, Any]


def families() -> dict[str, type[Named]]:
    """Return the families by their names in a JSON Schema."""
    return {family.definition(): family for family in Named.__subclasses__()}


def values_in_words(schema: JsonSchema) -> str:
    """Return which values an option takes: `a whole number from 1`, `an initializer`."""
    if "$ref" in schema:
        return _reference(str(schema["$ref"]).rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(values_in_words(part) for part in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return _choice([f"`{value}`" for value in schema.get("enum", [schema.get("const")])])
    kind = schema["type"]
    if isinstance(kind, list):
        return " or ".join(values_in_words({**schema, "type": one}) for one in kind)
    if kind == "array":
        return _list(schema)
    return _number(schema) if kind in ("integer", "number") else _KINDS[kind]


def _reference(name: str) -> str:
    family = families().get(name)
    return article(family.noun) if family else _REFERENCES.get(name, "a mapping of options")


def _choice(names: list[str]) -> str:
    if len(names) > _FEW:
        return f"one of {len(names)} names, such as {names[1]}"
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def _list(schema: JsonSchema) -> str:
    count = f" of {schema['maxItems']}" if schema.get("maxItems") == schema.get("minItems", 0) else ""
    return f"a list{count}, each {values_in_words(schema['items'])}"


def _number(schema: JsonSchema) -> str:
    bounds = [
        *_bound(schema, "minimum", "from"),
        *_bound(schema, "exclusiveMinimum", "above"),
        *_bound(schema, "maximum", "to"),
        *_bound(schema, "exclusiveMaximum", "below"),
    ]
    return " ".join(["a whole number" if schema["type"] == "integer" else "a number", *bounds])


def _bound(schema: JsonSchema, key: str, word: str) -> list[str]:
    return [f"{word} {schema[key]:,}"] if key in schema and abs(schema[key]) < LARGEST else []


def sample(schema: JsonSchema, name: str = "") -> Any:
    """Return a value that an option of this name may have in an example."""
    if "default" in schema and schema["default"] not in ([], {}):
        return schema["default"]
    if "$ref" in schema:
        return _sample_of_family(str(schema["$ref"]).rpartition("/")[2])
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], name)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    if kind == "array":
        return [sample(schema["items"], name)] * schema.get("minItems", 1)
    if kind in ("integer", "number"):
        return _sample_number(schema, 3 if kind == "integer" else 0.1)
    return {"string": _NAMES.get(name, "name"), "boolean": True, "object": {"name": 0.1}}.get(kind)


def _sample_of_family(name: str) -> Any:
    """Return the first member that needs no options, or what a section usually holds."""
    if name in _SAMPLES:
        return _SAMPLES[name]
    members = families()[name].members().items()
    return next(name for name, one in members if not any(field.is_required() for field in one.model_fields.values()))


def _sample_number(schema: JsonSchema, usual: float) -> float:
    low: float = schema.get("minimum", usual)
    high: float = schema.get("maximum", usual)
    return max(min(usual, high), low)
