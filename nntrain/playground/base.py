"""What a playground begins with, beside the settings: its own points, the data of a config, or a table. Light."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nntrain.playground.settings import Settings


@dataclass(frozen=True)
class Base:
    """What no control shows, and therefore stays as it is here.

    settings: to begin with. tree: `data`, `model` and `train` of a config as plain values, as far as they stay; empty
    for the points of the playground. name: of the own data, empty where there are none. target: the column that is
    predicted. points: options of `toy_2d`. columns: the numeric columns of a table, of which two are x and y. featured:
    whether the own data may have features. outputs: the layers after the hidden ones. optimizer: its name and its
    options. fixed_model, fixed_split, scheduled: whether the layers, the split or the learning rate are those of the
    config. epochs: the length of the training, where the learning rate depends on it. notes: what the command prints.
    """

    settings: Settings = field(default_factory=Settings)
    tree: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    points: Mapping[str, Any] = field(default_factory=dict)
    target: str = ""
    columns: tuple[str, ...] = ()
    featured: bool = False
    outputs: tuple[Any, ...] = ()
    optimizer: tuple[str, Mapping[str, Any]] | None = None
    fixed_model: bool = False
    fixed_split: bool = False
    scheduled: bool = False
    epochs: int | None = None
    notes: tuple[str, ...] = ()

    def fits(self, kind: str) -> bool:
        """Return whether the output layers are for points of this kind: classes, or numbers."""
        own = self.settings.kind
        return own is not None and bool(self.outputs) and own.startswith("reg_") == kind.startswith("reg_")

    def as_json(self) -> dict[str, Any]:
        """Return what the page needs to know of it."""
        return {
            "name": self.name,
            "target": self.target,
            "columns": list(self.columns),
            "featured": self.featured,
            "fixed_model": self.fixed_model,
            "fixed_split": self.fixed_split,
            "scheduled": self.scheduled,
        }
