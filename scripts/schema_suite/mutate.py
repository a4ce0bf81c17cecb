"""Configs that are changed at random: some stay valid, most do not."""

import copy
import random
from collections.abc import Iterator
from typing import Any

from nntrain.config import catalogue
from nntrain.config.data import Fold
from nntrain.config.json_schema import of_option
from nntrain.config.named import Named, known
from nntrain.config.section import Section
from nntrain.config.train import Train
from nntrain.config.tune import Objective, Tune

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 10**6, 10**9, 10**9 + 1, 10**15, 10**16, 2**31, 0.0, 0.1, 0.5, 1.0, 1.5),
    *(-0.1, 3.0, 3.4e38, 1e39, -1e39, 1e-9, "", " ", "x", "1", "none", "None", "relu", "adam", "l2", "he_normal"),
    *("1/255", "1/0", "0.5/2.", "a/b", "full", "best", "auto", "val_loss", "bool", "a b", "\t", "10%", ";", "numeric"),
    *([], [1], [0], [1, 2], [1, 1], [-1], [1.5], [1, 2, 3], [[1, 2], [3, 4]], [[1], [2, 3]], [None, 1], [True], ["a"]),
    *(["a", "a"], ["a", "b"], ["x", ""], ["accuracy"], ["1/255", 2], {}, {"a": 1}, {"a": 0.5, "b": 0}, {"a": -1}),
    *({"L2": 0.1}, {"L2": None}, {"l2": {"l2": 0.1}}, {"a": "numeric"}, {"a": {"date": "%d"}}, {"choice": [1, 2]}),
    *({"int": [1, 4]}, {"float": [0.1, 0.9]}, {"int": [1, 4], "step": 1}, {"float": [0, 1], "log": True}),
    *({"float": [0.1, 1], "log": True, "step": 0.1}, {"int": [1.5, 2]}, {"choice": [1]}, {"choice": "x"}),
    *({"fraction": 0.2}, {"first": 10}, {"last": {"rows": 3}}, {"file": "x.csv"}, {"index": 1, "count": 2}),
)
FORMS = ("a string", "as a key", "with nothing", "with options", "with a bare value")
SECTIONS: tuple[type[Section], ...] = (Train, Tune, Objective, Fold)


def mutated(configs: list[Any], seed: int) -> Iterator[Any]:
    """Yield trees that differ from one of the configs in one to three places, without an end."""
    source = random.Random(seed)
    while True:
        tree = copy.deepcopy(source.choice(configs))
        for _ in range(source.choice((1, 1, 1, 2, 3))):
            tree = _changed(tree, source)
        yield tree


def _changed(tree: Any, source: random.Random) -> Any:
    """Return the tree with another value, key, name or option at a random place."""
    holders = list(_holders(tree))
    if not holders:
        return source.choice(VALUES)
    holder, key = source.choice(holders)
    change = source.choice((_another_value, _another_value, _another_name, _another_key, _removed, _option_added))
    change(holder, key, source)
    return tree


def _holders(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every collection with each of its keys or indices."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield tree, key
        yield from _holders(value)


def _another_value(holder: Any, key: Any, source: random.Random) -> None:
    holder[key] = copy.deepcopy(source.choice(VALUES))


def _another_name(holder: Any, key: Any, source: random.Random) -> None:
    """Put a thing of any family, or of that of the name that is there, in one of the forms."""
    family = _family(holder[key]) or source.choice(catalogue.FAMILIES)
    holder[key] = _named(family, source)


def _family(value: Any) -> type[Named] | None:
    name = next(iter(value), None) if isinstance(value, dict) and len(value) == 1 else value
    found = [family for family in catalogue.FAMILIES if isinstance(name, str) and name in known(family)]
    return found[0] if found else None


def _named(family: type[Named], source: random.Random) -> Any:
    name, member = source.choice(list(known(family).items()))
    form = source.choice(FORMS)
    if form == "a string":
        return name
    if form in ("as a key", "with nothing"):
        return {name: None if form == "as a key" else {}}
    if form == "with a bare value":
        return {name: _value(member, member.shorthand, source) if member.shorthand else source.choice(VALUES)}
    required = {option for option, field in member.model_fields.items() if field.is_required()}
    others = [option for option in member.model_fields if option not in required]
    chosen = [*required, *source.sample(others, min(len(others), source.randint(0, 3)))]
    return {name: {option: _value(member, option, source) for option in sorted(chosen)}}


def _another_key(holder: Any, key: Any, source: random.Random) -> None:
    if isinstance(holder, dict):
        words = (f"{key}s", str(key).upper(), str(key)[:-1], "name", "seed", "units", f"{key} ", source.choice("xyz"))
        holder[source.choice(words)] = holder.pop(key)
    else:
        holder.insert(key, copy.deepcopy(holder[key]))


def _removed(holder: Any, key: Any, _: random.Random) -> None:
    del holder[key]


def _option_added(holder: Any, key: Any, source: random.Random) -> None:
    """Add an option to what is there: one of its own, or of any section."""
    value = holder[key]
    if not isinstance(value, dict):
        _another_value(holder, key, source)
        return
    family = _family({key: value}) if isinstance(key, str) else None
    section = known(family)[key] if family else Train if key == "train" else Tune if key == "tune" else None
    section = section or source.choice(SECTIONS)
    if section.model_fields:
        option = source.choice(list(section.model_fields))
        value[option] = _value(section, option, source)


def _value(section: type[Section], option: str, source: random.Random) -> Any:
    """Return a value: mostly one of the kind that its schema asks for, at a bound or beyond it."""
    if source.random() < 0.15:
        return copy.deepcopy(source.choice(VALUES))
    return _of(of_option(section, option), source)


def _of(kind: dict[str, Any], source: random.Random) -> Any:
    if "$ref" in kind:
        name = kind["$ref"].rpartition("/")[2]
        family = next((family for family in catalogue.FAMILIES if family.definition() == name), None)
        return _named(family, source) if family else copy.deepcopy(source.choice(VALUES))
    if "enum" in kind:
        return source.choice(kind["enum"])
    if "const" in kind:
        return kind["const"]
    if "anyOf" in kind:
        return _of(source.choice(kind["anyOf"]), source)
    word = kind.get("type")
    if word == "boolean":
        return source.choice((True, False))
    if word in ("integer", "number"):
        return _number(kind, source)
    if word == "array":
        count = source.choice((kind.get("minItems", 1), kind.get("minItems", 1), kind.get("maxItems", 2), 3))
        return [_of(kind.get("items", {}), source) for _ in range(min(count, 4))]
    return source.choice(("a", "b", "price", "val_loss")) if word == "string" else copy.deepcopy(source.choice(VALUES))


def _number(kind: dict[str, Any], source: random.Random) -> Any:
    whole = kind["type"] == "integer"
    ends = [kind[end] for end in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") if end in kind]
    step = 1 if whole else 1e-6
    inside = [2, 3, 10] if whole else [0.25, 0.5, 0.75]
    if source.random() < 0.7:
        return source.choice(inside)
    return source.choice([end + change * step for end in ends or [0] for change in (-1, 0, 1)])
