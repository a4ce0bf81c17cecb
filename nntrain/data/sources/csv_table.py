"""A CSV file with a header: one row an example, one column a feature."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import PlainValidator

from nntrain.config.data import Splittable
from nntrain.config.data_schema import Labels
from nntrain.config.messages import problem, shown
from nntrain.config.value_types import FilePath, Text, omitted
from nntrain.data.csv_text import CsvTable
from nntrain.errors import Path

if TYPE_CHECKING:
    from nntrain.data.examples import Rows


def _separator(value: Any) -> str:
    if isinstance(value, str) and len(value) == 1 and value not in '"\r\n':
        return value
    raise problem(f"`separator` must be one character, got {shown(value)}", "write `separator: ';'`")


def _target(value: Any) -> Any:
    if "" not in (names := _names(value)) and names:
        return value if isinstance(value, str) else names
    raise problem("`target` must name a column", "write `target: price`")


def _names(value: Any) -> list[str]:
    """Return one name or several as a list; an empty list is the default, an empty name that of an unnamed column."""
    names = [value] if isinstance(value, str) else value
    if isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names):
        if len(set(names)) == len(names):
            return list(names)
        raise problem("a name is twice in the list", "remove one of the two")
    raise problem(f"expected the name of a column, or a list of them, got {shown(value)}", "write `[a, b]`")


class Options(Splittable):
    """A CSV file with a header and numbers in every column but `label`; a regression names `target` instead."""

    takes_files = True
    path: FilePath
    label: Text = omitted
    target: Annotated[str | list[str], PlainValidator(_target)] = omitted
    separator: Annotated[str, PlainValidator(_separator)] = ","
    ignore: Annotated[list[str], PlainValidator(_names)] = []
    classes: list[Text] = []

    def model_post_init(self, _: Any) -> None:
        if (self.label is None) == (self.target is None):
            got = "neither" if self.label is None else "both"
            help = "name the column of classes with `label`, or that of numbers to predict with `target`"
            raise problem(f"`csv_table` needs either `label` or `target`, got {got}", help, on_key=True)
        for option, names in (("label", [self.label]), ("target", self.targets)):
            if twice := [name for name in names if name in self.ignore]:
                raise problem(f"the column `{twice[0]}` is `{option}`, and ignored", "remove it from `ignore`")
        if self.classes and self.target is not None:
            raise problem("`classes` belong to `label`, not to `target`", "remove `classes`")
        if len(self.classes) == 1 or len(set(self.classes)) < len(self.classes):
            raise problem("`classes` must be at least 2 different names", "write `classes: [no, yes]`")

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns of numbers to predict."""
        return (self.target,) if isinstance(self.target, str) else tuple(self.target or ())

    @property
    def known_labels(self) -> Labels:
        """What the chosen column holds."""
        return "classes" if self.target is None else "numbers"


def load(options: Options) -> "Rows":
    """x: float32 (n, features); y: int32 classes (n,) or float32 (n, targets). Raises DataError for every fault."""
    from nntrain.data.csv_reader import load_rows

    source: Path = ("data", options.called())
    table = CsvTable(
        options.path,
        options.separator,
        label=options.label,
        targets=options.targets,
        ignore=tuple(options.ignore),
        classes=tuple(options.classes),
        place=(*source, "path"),
        source=source,
    )
    return load_rows(table, options.split_files())
