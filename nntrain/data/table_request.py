"""What a config asks for of a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from nntrain.data.csv_text import CsvTable
from nntrain.data.table_file import Form
from nntrain.errors import Path

Task = Literal["classification", "regression", "counts"]


class GivenColumn(NamedTuple):
    """What the config says about a column."""

    kind: str
    format: str = ""


@dataclass(frozen=True)
class TargetOptions:
    """What the config says about the target; `source` is the path of its section.

    skip_missing: whether rows without it are left out. formats: of targets whose numbers are not written plainly.
    """

    names: tuple[str, ...]
    task: Task | None = None
    classes: tuple[str, ...] = ()
    source: Path = ()
    skip_missing: bool = False
    formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableRequest:
    """What to read of a table.

    given: the kind of each column that the config names, or of all columns under the name `...`. group: the column of
    rows that stay together; time: the one by which they are in order; weight: the one of their weights.
    """

    table: CsvTable
    form: Form
    target: TargetOptions
    given: Mapping[str, GivenColumn] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    group: str = ""
    time: str = ""
    weight: str = ""

    def with_kinds(self, kinds: Mapping[str, str]) -> "TableRequest":
        """Return the request with the kinds that the file itself gives, where the config gives none."""
        if "..." in self.given:
            return self
        found = {name: GivenColumn(kind) for name, kind in kinds.items() if name not in self.target.names}
        return replace(self, given={**found, **self.given})

    @property
    def words(self) -> frozenset[str]:
        """The columns whose texts are needed, also where they are numbers."""
        named = {name for name, given in self.given.items() if given.kind != "numeric"}
        labels = self.target.names if self.target.task == "classification" or self.target.classes else ()
        return frozenset(named | set(labels))

    @property
    def written(self) -> frozenset[str]:
        """The columns whose numbers are not written plainly in a file of text."""
        named = {name for name, given in self.given.items() if given.kind == "numeric" and given.format}
        return frozenset(named | set(self.target.formats))
