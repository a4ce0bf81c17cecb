"""What a user meant by `--set path=value` where the config has no such path."""

import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from nntrain.config.experiment import Experiment
from nntrain.config.foreign_names import meant_option
from nntrain.config.messages import listed
from nntrain.config.named import Named, member_of, spelled_out
from nntrain.config.section import Section
from nntrain.config.train import Train
from nntrain.config.tune import Tune
from nntrain.document.assignment import Assignment, Change, same_name
from nntrain.document.yaml_file import Document, assign, inline
from nntrain.document.yaml_parser import scalar
from nntrain.errors import ConfigError, Path, Problem, dotted, one_line
from nntrain.nearest import nearest

_SECTIONS: Mapping[str, type[Section]] = {"train": Train, "tune": Tune}
_LISTS = ("metrics", "callbacks")  # of `train`


def with_line(
    problems: Sequence[Problem], document: Document, text: str, check: Callable[[Document], object]
) -> list[Problem]:
    """Return the problems of an assignment with the line that works as their help, where there is one.

    document: that into which the text was put. check: raises ConfigError for a document that is not valid.
    """
    at = [number for number, problem in enumerate(problems) if _is_of(problem, text)]
    lines = lines_that_work(document, text, check) if at else []
    help = f"write {' or '.join(f'`--set {shlex.quote(line)}`' for line in lines[:3])}" if lines else ""
    others = [] if lines or not at else _of_other_layers(document.tree, _parts(text))
    if others:
        help = f"`{others[0][-1]}` is an option of {listed(dotted(path[:-1]) for path in others)}"
    return [replace(one, help=help) if help and number in at else one for number, one in enumerate(problems)]


def _is_of(problem: Problem, text: str) -> bool:
    return problem.span is not None and problem.span.line == 0 and problem.span.source == text


def lines_that_work(document: Document, text: str, check: Callable[[Document], object]) -> list[str]:
    """Return assignments that the text may mean and that make a valid config."""
    name, equals, value = text.partition("=")
    given = Assignment(text, name, value)
    with suppress(ConfigError):
        given = Assignment.read(text)
    if not equals:
        return []
    for group in meant(document.tree, given):
        lines = [f"{dotted(path)}={inline(value)}" for path, value in group]
        if found := [line for line in lines if line != text and _works(document, line, check)]:
            return found
    return []


def _works(document: Document, line: str, check: Callable[[Document], object]) -> bool:
    try:
        put = assign(document, line, spelled_out)
        check(put)
        if line.startswith("tune."):
            Tune.read(put.tree["tune"])
    except (ConfigError, ValidationError):
        return False
    return True


def dropped(document: Document, text: str) -> list[Problem]:
    """Return a warning where the value replaces options of the same name that it does not repeat."""
    given = Assignment.read(text)
    _, path = Change(given, spelled_out).replaced(document.tree, given.parts, ())
    before, after = document.value(path), given.value
    if path[0] == "data" and path[-1] == "test" and after == "hold" and before not in (None, "hold"):
        message = f"`--set {one_line(text)}` drops `{one_line(inline({'test': before})[1:-1])}`"
        help = f"write `--set {dotted((*path[:-1], 'hold_out_test'))}=true` to keep what it drops"
        return [Problem(message, path, help, given.whole_value(), severity="warning")]
    if member_of(str(path[-1])) is not None:
        before, after = {path[-1]: before}, {path[-1]: after}
    (old, options), (new, new_options) = _named(before), _named(after)
    if old is None or old is not new or not isinstance(options, dict):
        return []
    kept = new_options if isinstance(new_options, dict) else {} if new_options is None else {old.shorthand: new_options}
    if not (lost := [f"`{name}: {inline(value)}`" for name, value in options.items() if name not in kept]):
        return []
    message = f"`--set {one_line(text)}` drops {', '.join(lost)}"
    whole = dotted(path if path[-1] == old.called() else (*path, old.called()))
    changed = [f"`--set {shlex.quote(f'{whole}.{name}={inline(value)}')}`" for name, value in kept.items()]
    help = f"write {' '.join(changed)} to keep what it drops" if changed else "leave it out to keep the options"
    return [Problem(message, path, help, given.whole_value(), severity="warning")]


def meant(tree: Any, given: Assignment) -> Iterator[list[tuple[Path, Any]]]:
    """Yield other paths, each with its value, for an assignment that does not fit the tree: the likeliest first."""
    parts = _parts(given.name)
    value = scalar(given.value.lstrip("= ")) if isinstance(given.value, str) else given.value
    yield [(parts, value)]
    if parts == ("model",):
        yield [(parts, [value])]
    for whole in _from_the_top(parts):
        yield [(path, value) for path in dict.fromkeys(_paths(_filled(tree), whole, ()))]
        yield from ([found] for found in reversed(list(_wholes(_filled(tree), whole, value))))
    yield [(path, value) for path in _of_other_layers(tree, parts)]


def _parts(text: str) -> Path:
    """Return the parts of the path of an assignment, also of one that is written as in Python or in YAML."""
    name = text.partition("=")[0].strip().lstrip("-")
    name = re.sub(r"\[(-?[0-9]+)\]", r".\1", name).replace(":", ".").replace("/", ".")
    return tuple(part for part in name.split(".") if part)


def _of_other_layers(tree: Any, parts: Path) -> list[Path]:
    """Return where the layers have an option that the layer at this position lacks."""
    model = tree.get("model") if isinstance(tree, dict) else None
    at = int(parts[1]) if len(parts) > 2 and parts[0] == "model" and str(parts[1]).isdecimal() else None
    if at is None or not isinstance(model, list) or at >= len(model) or list(_paths(tree, parts, ())):
        return []
    return list(_paths(tree, ("model", *parts[2:]), ()))


def _filled(tree: Any) -> Any:
    """Return the tree with the optimizer that a config has when it names none."""
    if not isinstance(tree, dict):
        return {}
    train = tree.get("train")
    return {**tree, "train": {"optimizer": "Adam", **(train if isinstance(train, dict) else {})}}


def _from_the_top(parts: Path) -> Iterator[Path]:
    """Yield the parts, and those with the sections that they lack: `train` for `epochs`."""
    yield parts
    first = str(parts[0]) if parts else ""
    if first == "train":
        yield ("train", "optimizer", *parts[1:])
    if nearest(first, Experiment.model_fields, cutoff=0.8):
        return
    for name, section in _SECTIONS.items():
        if close := _option(first, section.model_fields):
            yield (name, close, *parts[1:])
    yield ("train", "optimizer", *parts)
    yield ("data", *parts)
    yield ("model", *parts)


def _paths(tree: Any, parts: Path, above: Path) -> Iterator[Path]:
    """Yield the paths that the parts may mean: names and positions that they lack are taken from the tree."""
    if not parts:
        yield above
        return
    key, rest = str(parts[0]), parts[1:]
    member, options = _named(tree)
    if isinstance(tree, list):
        index = int(key) if re.fullmatch(r"-?[0-9]{1,6}", key) else None
        for number, item in enumerate(tree):
            if index is None:
                yield from _paths(item, parts, (*above, number))
            elif index in (number, number - len(tree)):
                yield from _paths(item, rest, (*above, number))
    elif member is not None:
        called = member.called()
        yield from _paths(options, rest if same_name(called, key) else parts, (*above, called))
    elif close := _option(key, _options(tree, above)):
        yield from _paths(tree.get(close) if isinstance(tree, dict) else None, rest, (*above, close))


def _option(name: str, options: Collection[str]) -> str:
    """Return the option of this name, of a near one, or of its name in another library; nothing if there is none."""
    return nearest(name, options, cutoff=0.8) or meant_option(name, options)


def _options(tree: Any, path: Path) -> set[str]:
    """Return the options that there are at a path."""
    owner: type[Section] | None = member_of(str(path[-1])) if path else Experiment
    if len(path) == 1:
        owner = _SECTIONS.get(str(path[0]))
    return {*(tree if isinstance(tree, dict) else ()), *(owner.model_fields if owner else ())}


def _named(tree: Any) -> tuple[type[Named] | None, Any]:
    """Return the class that `Name` or `{Name: options}` names, and its options; None for anything else."""
    if isinstance(tree, dict) and len(tree) == 1:
        ((name, options),) = tree.items()
        return member_of(str(name)), options
    return (member_of(tree), None) if isinstance(tree, str) else (None, None)


def _wholes(tree: Any, parts: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the whole of a named thing that replaces another one, or that is a new item of a list."""
    for end in range(1, len(parts) + 1):
        above, rest = parts[:end], parts[end:]
        if above[-1] in _LISTS and above[0] == "train":
            items = _at(tree, above)
            item = _nested(rest[1:] if rest and str(rest[0]).isdecimal() else rest, value)
            yield above, [*(items if isinstance(items, list) and rest else []), item]
        elif rest and member_of(str(rest[0])) is not None:
            yield _as_positions(tree, above), _nested(rest, value)


def _at(tree: Any, path: Path) -> Any:
    for part in path:
        if isinstance(tree, list):
            tree = tree[part] if isinstance(part, int) and part < len(tree) else None
        else:
            tree = tree.get(part) if isinstance(tree, dict) else None
    return tree


def _as_positions(tree: Any, path: Path) -> Path:
    return next(_paths(tree, path, ()), path)


def _nested(parts: Path, value: Any) -> Any:
    for part in reversed(parts):
        value = {part: value}
    return value
