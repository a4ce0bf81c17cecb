"""A table in a file: one row an example, one column a feature."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from nntrain.config.data import OneFold, Splittable
from nntrain.config.data_schema import Labels
from nntrain.config.messages import got, listed, problem, shown
from nntrain.config.plane_features import Feature
from nntrain.config.table import EXAMPLE, KINDS
from nntrain.config.value_types import ClassNames, FilePath, Text, omitted
from nntrain.data.csv_text import CsvTable
from nntrain.data.examples import Rows
from nntrain.data.table_file import Form
from nntrain.data.table_request import GivenColumn, TableRequest, TargetOptions
from nntrain.errors import Path
from nntrain.nearest import nearest

if TYPE_CHECKING:
    from nntrain.data.row_names import RowNames

EVERY = "..."  # the name that stands for every column that has none of its own
_KIND = "write `numeric`, `category`, `boolean`, `date`, `{date: '%d.%m.%Y'}`, `{numeric: '1.234,5'}` or `drop`"


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


def _missing(value: Any) -> list[str]:
    texts = [value] if isinstance(value, (str, int, float)) and not isinstance(value, bool) else value
    if isinstance(texts, (list, tuple)) and all(isinstance(text, (str, int, float)) for text in texts):
        return [str(text).strip() for text in texts]
    raise problem(f"`missing` takes texts that stand for an empty cell, got {got(value)}", "write `missing: ['?']`")


def _columns(value: Any) -> Any:
    if value == "numeric":
        return {EVERY: "numeric"}
    if not isinstance(value, Mapping):
        message = f"`columns` takes the kind of each column by its name, got {got(value)}"
        raise problem(message, "write `columns: {age: numeric, cabin: drop}`")
    if value.get(EVERY, "numeric") not in ("numeric", "drop"):
        message = f"`{EVERY}` is every other column, which can only be `numeric` or `drop`"
        raise problem(message, "name the columns of another kind")
    return {str(name): _kind(str(name), kind) for name, kind in value.items()}


def _kind(name: str, kind: Any) -> str | dict[str, str]:
    if isinstance(kind, str) and kind in KINDS:
        return kind
    if isinstance(kind, Mapping) and len(kind) == 1:
        if isinstance(format := kind.get("date"), str) and "%" in format:
            return {"date": format}
        if isinstance(format := kind.get("numeric"), str) and re.fullmatch(EXAMPLE, format):
            return {"numeric": format}
        if "numeric" in kind:
            message = f"the column {shown(name)}: {shown(str(format))} is not the number 1234.5"
            raise problem(message, "write 1234.5 as the column does, for example `{numeric: '1.234,5 €'}`")
    close = nearest(kind, KINDS) if isinstance(kind, str) else ""
    raise problem(f"unknown kind of the column {shown(name)}: {shown(kind)}", f"write `{close}`" if close else _KIND)


_NAME = {"type": "string"}
_NAMES = {"anyOf": [_NAME, {"type": "array", "items": _NAME, "uniqueItems": True}]}
_FULL_NAME = {"type": "string", "minLength": 1}
_FULL_NAMES = {"anyOf": [_FULL_NAME, {"type": "array", "items": _FULL_NAME, "uniqueItems": True, "minItems": 1}]}
_TEXTS = {
    "anyOf": [{"type": ["string", "number"]}, {"type": "array", "items": {"type": ["string", "number", "boolean"]}}]
}
_FORMAT = {
    "type": "object",
    "properties": {
        "date": {"type": "string", "pattern": "%"},
        "numeric": {"type": "string", "pattern": f"^{EXAMPLE}$"},
    },
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}
_KINDS = {
    "anyOf": [
        {"const": "numeric"},
        {"type": "object", "additionalProperties": {"anyOf": [{"enum": list(KINDS)}, _FORMAT]}},
    ]
}
_SCALED = ("normalize", "standardize", "scale", "scaler", "scaling")
_SIGN = {"type": "string", "minLength": 1, "maxLength": 1, "pattern": r'^[^"\r\n]'}


class Options(Splittable):
    """A table: CSV or TSV with a header, ARFF, Parquet, JSON Lines, also gzipped; columns may be of any kind."""

    takes_files = True
    elsewhere: ClassVar = {
        **Splittable.elsewhere,
        **dict.fromkeys(_SCALED, "write `TableEncoding: {scaling: ...}` as the first layer"),
        **dict.fromkeys(("sep", "delimiter"), "write `separator`"),
        **dict.fromkeys(("na_values", "nan", "null"), "write `missing: [...]`"),
        **dict.fromkeys(("drop", "exclude", "drop_columns"), "write `ignore: [...]`"),
        **dict.fromkeys(("labels", "y", "output", "outputs", "target_column", "label_column"), "write `target`"),
        "label": "write `target`; `task: classification` says that it holds classes",
        "file": "write `path`",
        "weights": "write `weight`",
        "categorical": "write `columns: {NAME: category}`",
        "dtype": "write `columns: {NAME: category}`",
    }
    path: FilePath
    target: Annotated[str | list[str], PlainValidator(_target), WithJsonSchema(_FULL_NAMES)]
    task: Literal["classification", "regression", "counts"] = omitted
    classes: ClassNames = []
    columns: Annotated[dict[str, Any], PlainValidator(_columns), WithJsonSchema(_KINDS)] = {}
    ignore: Annotated[list[str], PlainValidator(_names), WithJsonSchema(_NAMES)] = []
    missing: Annotated[list[str], PlainValidator(_missing), WithJsonSchema(_TEXTS)] = []
    missing_target: Literal["error", "skip"] = Field(default="error", description="What a row without its target does.")
    weight: Text = omitted
    group: Text = omitted
    time: Text = omitted
    separator: Annotated[str, PlainValidator(_separator), WithJsonSchema(_SIGN)] = omitted
    decimal: Literal[".", ","] = omitted
    encoding: Text = omitted
    features: Annotated[list[Feature], Field(min_length=1)] = omitted  # of two numeric columns, x and y
    encode: bool = True  # whether the layer `TableEncoding` is added

    def model_post_init(self, _: Any) -> None:
        for option, names in self._named():
            if twice := [name for name in names if name in self.ignore]:
                raise problem(f"the column `{twice[0]}` is `{option}`, and ignored", "remove it from `ignore`")
        for name in self.targets:
            if name in self.columns and not (isinstance(self.columns[name], dict) and "numeric" in self.columns[name]):
                help = "write `task: classification`, `task: regression` or `task: counts`"
                raise problem(f"the column `{name}` is the target, and has no kind", help)
            if option := next((option for option, others in self._named()[1:] if name in others), ""):
                raise problem(f"the column `{name}` is `target` and `{option}`", f"remove `{option}`")
        if self.classes and (self.task in ("regression", "counts") or len(self.targets) > 1):
            raise problem("`classes` are of a classification, which has one target", "remove `classes`")
        if self.classes and (len(self.classes) == 1 or len(set(self.classes)) < len(self.classes)):
            raise problem("`classes` must be at least 2 different names", "write `classes: [no, yes]`")
        if self.task == "classification" and len(self.targets) > 1:
            raise problem(f"a classification has one target, got {listed(self.targets)}", "name one column")
        if self.decimal is not None and self.decimal == self.separator:
            raise problem("`decimal` and `separator` are the same sign", "write `separator: ';'`")
        self._refuse_two_orders()

    def _named(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the options that name columns."""
        return ("target", self.targets), ("weight", (self.weight,)), ("group", (self.group,)), ("time", (self.time,))

    def _refuse_two_orders(self) -> None:
        folds = self.fold is not None or any(isinstance(rule, OneFold) for rule in (self.validation, self.test))
        if self.time is not None and (folds or self.group is not None):
            other = "fold" if folds else "group"
            raise problem(f"`time` splits by time, and `{other}` otherwise", f"remove `time` or `{other}`")
        if self.group is not None and self.group_duplicates:
            raise problem("`group` and `group_duplicates` both keep rows together", "remove `group_duplicates`")

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns to predict."""
        return (self.target,) if isinstance(self.target, str) else tuple(self.target)

    @property
    def known_labels(self) -> Labels | None:
        """What the target holds, where the config says so."""
        if self.task is None and not self.classes and len(self.targets) == 1:
            return None
        return "numbers" if self.task in ("regression", "counts") or len(self.targets) > 1 else "classes"

    def given(self) -> dict[str, GivenColumn]:
        """Return the kind of each column that the config names."""
        pairs = {
            name: next(iter(kind.items())) if isinstance(kind, dict) else (kind, "")
            for name, kind in self.columns.items()
            if name not in self.targets
        }
        return {name: GivenColumn(*pair) for name, pair in pairs.items()}

    @property
    def formats(self) -> dict[str, str]:
        """The format of each target that `columns` names."""
        return {name: self.columns[name]["numeric"] for name in self.targets if name in self.columns}


def request_of(options: Options) -> TableRequest:
    """Return what the options ask for of the file."""
    source: Path = ("data", options.called())
    return TableRequest(
        CsvTable(options.path, missing=frozenset(options.missing), place=(*source, "path"), source=source),
        Form(options.separator, options.decimal, options.encoding),
        TargetOptions(
            options.targets,
            options.task,
            tuple(options.classes),
            source,
            options.missing_target == "skip",
            options.formats,
        ),
        options.given(),
        tuple(options.ignore),
        options.group or "",
        options.time or "",
        options.weight or "",
    )


def load(options: Options) -> Rows:
    """x: float32 (n, columns), NaN where missing; y: int32 classes (n,) or float32 (n, targets).

    Raises DataError for every fault.
    """
    from nntrain.data.table_reader import load_rows

    loaded = load_rows(request_of(options), options.split_files())
    written = {
        "task": loaded.task,
        "classes": list(loaded.classes),
        "columns": dict(loaded.kinds),
        "separator": loaded.form.separator,
        "decimal": loaded.form.decimal,
        "encoding": loaded.form.encoding,
    }
    known = {name: value for name, value in written.items() if value is not None}  # Parquet has no separator
    return replace(loaded.rows, found=options.model_copy(update=known))


def row_names(options: Options, column: str | None = None) -> "Mapping[str, RowNames]":
    """Return the cells of a column, or of all that may name rows: identifiers, texts, and what is ignored.

    options: with the kinds of the columns that were found.
    """
    from nntrain.data.table_row_names import row_names

    found = [name for name, kind in options.columns.items() if kind in ("identifier", "text", "drop")]
    columns = [*found, *options.ignore, *([options.group] if options.group else [])] if column is None else [column]
    if not columns and options.missing_target == "error":
        return {}
    return row_names(request_of(options), options.split_files(), columns)
