"""The names that a config may use, with a line each: the content of `nntrain list`."""

import re

from pydantic.fields import FieldInfo

from nntrain.config.data import Source, SplitRule
from nntrain.config.keras import image_layers, table_layers  # noqa: F401  # their classes are layers
from nntrain.config.keras.activations import ACTIVATIONS
from nntrain.config.keras.callbacks import Callback
from nntrain.config.keras.layers import Layer
from nntrain.config.keras.losses import Loss
from nntrain.config.keras.metrics import Metric
from nntrain.config.keras.optimizers import Optimizer, Schedule
from nntrain.config.keras.weights import Constraint, Initializer, Regularizer
from nntrain.config.loggers import Logger
from nntrain.config.messages import plural
from nntrain.config.named import Named, to_tree
from nntrain.config.section import Section
from nntrain.config.tune import Engine, Pruner
from nntrain.document.yaml_file import inline

FAMILIES: tuple[type[Named], ...] = (
    Source,
    SplitRule,
    Layer,
    Initializer,
    Regularizer,
    Constraint,
    Optimizer,
    Schedule,
    Loss,
    Metric,
    Callback,
    Logger,
    Engine,
    Pruner,
)


_SHORTER = {"data": "data sources", "datasets": "data sources"}


def kinds() -> dict[str, type[Named] | None]:
    """Return what can be listed: the plural of each family, and the activations."""
    return {**{plural(family.noun): family for family in FAMILIES}, "activations": None}


def is_kind(word: str) -> bool:
    """Return whether `entries` lists this."""
    return word in kinds() or word in _SHORTER


def entries(kind: str) -> dict[str, str]:
    """Return each name of a kind with its line."""
    family = kinds()[_SHORTER.get(kind, kind)]
    if family is None:
        return ACTIVATIONS
    return {name: first_line(member) for name, member in family.members().items()}


def first_line(member: type[Section]) -> str:
    """Return the first line of the docstring of a member or a section."""
    return (member.__doc__ or "").strip().split("\n")[0]


def options(member: type[Named]) -> str:
    """Return the member's options in a line: required ones in bold, our defaults, and what a bare value means."""
    fields = member.model_fields
    names = sorted(fields, key=lambda name: not fields[name].is_required())
    words = [_option(name, fields[name]) for name in names if name not in ("name", "trainable")]
    if member.shorthand:
        words.append(f"a bare value is `{member.shorthand}`")
    return ", ".join(words)


def _option(name: str, field: FieldInfo) -> str:
    if field.is_required():
        return f"**`{name}`**"
    default = to_tree(field.get_default(call_default_factory=True))
    return f"`{name}`" if default is None else f"`{name}: {inline(default)}`"


def table(kind: str) -> str:
    """Return the table of docs/reference.md for a kind."""
    family = kinds()[kind]
    if family is None:
        rows = [f"| `{name}` | {line} |" for name, line in ACTIVATIONS.items()]
        return "\n".join(["| name | what it is |", "|---|---|", *rows])
    rows = [f"| `{name}` | {first_line(member)} | {options(member)} |" for name, member in family.members().items()]
    return "\n".join(["| name | what it is | options |", "|---|---|---|", *rows])


def with_tables(text: str) -> str:
    """Return the reference with a new table between each pair of `<!-- kind -->` and `<!-- end -->`."""

    def renewed(match: re.Match[str]) -> str:
        return f"<!-- {match[1]} -->\n{table(match[1])}\n<!-- end -->"

    return re.sub(r"<!-- ([a-z ]+) -->\n.*?<!-- end -->", renewed, text, flags=re.DOTALL)
