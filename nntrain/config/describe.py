"""What a name or a dotted path of a config means: `nntrain list Adam`, `nntrain list train.optimizer.Adam.beta_1`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeGuard

from nntrain import extensions
from nntrain.config import catalogue, keras_defaults
from nntrain.config.experiment import Experiment
from nntrain.config.json_schema import SECTIONS, of_option, of_value
from nntrain.config.keras.activations import ACTIVATIONS
from nntrain.config.messages import article, listed
from nntrain.config.named import Named, known
from nntrain.config.section import Section
from nntrain.config.words import sample, values_in_words
from nntrain.document.yaml_file import inline
from nntrain.errors import ConfigError
from nntrain.nearest import nearest

COLUMNS = ("option", "what it is", "values", "default")
_PAPER = re.compile(r"\(([^()]*[A-Z][^()]* (?:19|20)\d\d)\)")

Node = type[Section]
"""A section, a family, or a member of one."""


@dataclass(frozen=True)
class Description:
    """A name: what it is, what it means, a line of a config, where it was published, and a row for each option."""

    title: str
    meaning: str
    facts: dict[str, str]
    options: tuple[tuple[str, str, str, str], ...] = ()


def find(name: str) -> list[Description]:
    """Return what has this name or path; raises ConfigError, with the nearest one, where nothing has."""
    if "." in name:
        return [_of_path(name)]
    members = [known(family)[name] for family in catalogue.FAMILIES if name in known(family)]
    found = [_of_member(member) for member in members]
    if name in ACTIVATIONS:
        example = f"model: [{{Dense: {{units: 3, activation: {name}}}}}]"
        found.append(Description(f"{name}, an activation", ACTIVATIONS[name], {"example": example}))
    if not found:
        found = list(_of_options(name))
    if not found:
        raise ConfigError(f"unknown name `{name}`", help=_meant(name))
    return found


def all_words() -> list[str]:
    """Return the kinds, the names of classes and activations, and the options, each once."""
    names = [name for family in catalogue.FAMILIES for name in family.members()]
    return list(dict.fromkeys(["data", *catalogue.kinds(), *names, *ACTIVATIONS, *_owners()]))


def _meant(name: str) -> str:
    for family in catalogue.FAMILIES:
        if name in family.absent:
            return f"in a config, {family.absent[name]}"
    if name in extensions.names("exporters"):
        return f"it is a format of `nntrain export`: `nntrain export RUN --to {name}`"
    kinds = ["data", *catalogue.kinds()]
    every = [*_owners(), *(word for family in catalogue.FAMILIES for word in known(family)), *ACTIVATIONS, *kinds]
    close = nearest(name, kinds, cutoff=0.8) or nearest(name, every, cutoff=0.65)
    return f"write `nntrain list {close}`" if close else f"the kinds are {listed(kinds)}"


def _of_member(member: type[Named]) -> Description:
    names = sorted(member.options(), key=lambda name: not _is_required(member, name))
    options = tuple(_row(member, name) for name in names)
    required = {name: sample(of_option(member, name), name) for name in member.options() if _is_required(member, name)}
    bare = member.shorthand if required.keys() == {member.shorthand} else None
    value: Any = required[bare] if bare else required
    facts = {"example": _example(_place(_family(member)), {member.called(): value} if required else member.called())}
    if paper := _PAPER.search(member.__doc__ or ""):
        facts["paper"] = paper[1]
    if member.shorthand:
        facts["a bare value"] = f"`{member.shorthand}`"
    return Description(f"{member.called()}, {article(member.noun)}", catalogue.first_line(member), facts, options)


def _of_options(name: str) -> Iterator[Description]:
    """Yield an option once for each thing that it means, with the names of those that have it."""
    same: dict[tuple[str, ...], list[type[Section]]] = {}
    for owner in _owners().get(name, ()):
        same.setdefault(_row(owner, name)[1:], []).append(owner)
    for owners in same.values():
        yield _of_option(owners, name)


def _of_option(owners: Sequence[type[Section]], name: str, path: Sequence[str] = ()) -> Description:
    """Return the description of an option; where it holds a section, with the options of that."""
    owner = owners[0]
    _, meaning, values, default = _row(owner, name)
    kept = keras_defaults.of(owner).get(name)
    value = sample(of_option(owner, name), name) if kept is None else kept
    facts = {"values": values, "default": default, "example": _example([*(path or _place(owner)), name], value)}
    if not path and owner is not Experiment:
        facts = {"an option of": listed(_called(one) for one in owners), **facts}
    held = _held(owner, name)
    inner = held if held is not None and not _is_family(held) else None
    options = tuple(_row(inner, option) for option in inner.options()) if inner else ()
    return Description(".".join([*path, name]), meaning, facts, options)


def _of_path(path: str) -> Description:
    """Return what is at the end of a path; positions in lists may be left out."""
    node: Node = Experiment
    parts = path.split(".")
    if parts[0] not in Experiment.model_fields and (first := _member_called(parts[0])) is not None:
        node, parts = first, parts[1:]
    before = path.split(".")[: len(path.split(".")) - len(parts)]
    for number, part in enumerate(parts):
        here = [*before, *parts[:number]]
        last = number == len(parts) - 1
        if part.isdecimal() and not last and _is_family(node):
            continue
        if _is_family(node) and part in known(node):
            member = known(node)[part]
            if last:
                return _of_member(member)
            node = member
        elif part in node.model_fields and not _is_family(node):
            held = _held(node, part)
            if last:
                return _of_option([node], part, here if here[:1] != before[:1] else ())
            if held is None:
                whole = ".".join([*here, part])
                message = f"`{whole}` holds a value; it has no `{parts[number + 1]}`"
                raise ConfigError(message, help=f"write `nntrain list {whole}`")
            node = held
        else:
            raise _unknown_part(here, part, node)
    raise _unknown_part(parts[:-1], parts[-1], node)


def _unknown_part(here: Sequence[str], part: str, node: Node) -> ConfigError:
    names = children(node)
    close = nearest(part, names)
    help = f"write `nntrain list {'.'.join([*here, close])}`" if close else f"it has {listed(names)}"
    owner = f"`{'.'.join(here)}`" if here else "the config"
    return ConfigError(f"{owner} has no `{part}`", help=help)


def children(node: Node) -> list[str]:
    """Return the names that may follow a node in a path: of members, or of options."""
    return list(node.members() if _is_family(node) else node.options())


def node_at(parts: Sequence[str]) -> Node | None:
    """Return the section, family or member at a path; None where there is none, or a plain value."""
    node: Node | None = Experiment
    for part in parts:
        if node is None:
            return None
        if _is_family(node):
            node = node if part.isdecimal() else known(node).get(part)
        else:
            node = _held(node, part) if part in node.model_fields else None
    return node


def _held(section: Node, option: str) -> Node | None:
    """Return the section or the family that is the value of an option, or of each item of its list."""
    names = re.findall(r"'#/\$defs/(\w+)'", str(of_value(section.model_fields[option])))
    nodes: tuple[Node, ...] = (*SECTIONS, *catalogue.FAMILIES)
    return next((node for node in nodes if node.definition() in names), None)


def _owners() -> dict[str, list[type[Section]]]:
    """Return the sections and members that have each option."""
    found: dict[str, list[type[Section]]] = {}
    members = [member for family in catalogue.FAMILIES for member in family.members().values()]
    owners: tuple[type[Section], ...] = (Experiment, *SECTIONS, *members)
    for owner in owners:
        for name in owner.model_fields:
            found.setdefault(name, []).append(owner)
    return found


def _row(owner: type[Section], name: str) -> tuple[str, str, str, str]:
    found = of_option(owner, name)
    if _is_required(owner, name):
        default = "required"
    elif "default" in found:
        default = inline(found["default"])
    else:
        unknown = "chosen" if ".config.keras." in owner.__module__ else "-"  # by nntrain, from data and model
        default = "none" if name in keras_defaults.of(owner) else unknown
    return name, found["description"], values_in_words(found), default


def _is_required(owner: type[Section], name: str) -> bool:
    return owner.model_fields[name].is_required()


def _called(owner: type[Section]) -> str:
    return owner.called() if issubclass(owner, Named) else owner.__name__.lower()


def _member_called(name: str) -> type[Named] | None:
    return next((known(family)[name] for family in catalogue.FAMILIES if name in known(family)), None)


def _family(member: type[Named]) -> type[Named]:
    return next(family for family in catalogue.FAMILIES if issubclass(member, family))


@cache
def _place(kind: type[Section]) -> tuple[str, ...]:
    """Return the shortest path of a config at which a section, a family or a member is; `0` is the first of a list."""
    waiting: list[tuple[tuple[str, ...], Node]] = [((), Experiment)]
    seen: set[Node] = set()
    for path, node in waiting:
        if node is kind:
            return path
        if node in seen:
            continue
        seen.add(node)
        if _is_family(node):
            waiting += [((*path, name), one) for name, one in node.members().items()]
        else:
            for name in node.options():
                if (held := _held(node, name)) is not None:
                    waiting.append(((*path, name, "0") if _is_list(node, name) else (*path, name), held))
    return ()


def _is_family(node: Node) -> TypeGuard[type[Named]]:
    return Named in node.__bases__


def _is_list(section: Node, option: str) -> bool:
    return of_value(section.model_fields[option]).get("type") == "array"


def _example(path: Sequence[str], value: Any) -> str:
    """Return the value at the path as a line of YAML, with the options that must stand beside it."""
    return inline(_tree(Experiment, path, value)).removeprefix("{").removesuffix("}")


def _tree(node: Node | None, path: Sequence[str], value: Any) -> Any:
    if not path or node is None:
        return value
    part, rest = path[0], path[1:]
    if _is_family(node):
        return _tree(node, rest, value) if part.isdecimal() else {part: _tree(known(node)[part], rest, value)}
    needed = [name for name in node.options() if _is_required(node, name) and name != part and node is not Experiment]
    inner = _tree(_held(node, part), rest, value)
    beside = {name: sample(of_option(node, name), name) for name in needed}
    return {**beside, part: [inner] if rest and _is_list(node, part) else inner}
