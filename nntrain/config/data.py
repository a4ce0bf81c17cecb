"""The options of every data source: how to split, with which seed."""

import re
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, PlainValidator, ValidationError, WithJsonSchema

from nntrain.config import old_source
from nntrain.config.data_schema import Labels, Schema
from nntrain.config.foreign_names import SOURCES
from nntrain.config.messages import as_share, got, problem, shown
from nntrain.config.named import Named, PlugIn, of_the_name
from nntrain.config.section import Section, details, reference
from nntrain.config.value_types import FilePath, PositiveInt, Seed, is_number, is_whole, omitted
from nntrain.errors import Path

_SHARE = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
_HOLD = {"const": "hold"}
_HELD = "The source has its own test split; `hold` leaves it for `nntrain eval RUN --split test`."
_HOLD_HELP = "write `test: hold` to leave the test split for `nntrain eval`, or `hold_out_test: true` beside its share"


class SplitRule(Named):
    """The family of ways to take a split off the rows."""

    noun = "split"
    absent: ClassVar = dict.fromkeys(("hold", "hold_out", "holdout", "held", "keep"), _HOLD_HELP)
    short_forms: ClassVar = ({"type": "null"}, {"type": "integer", "const": 0}, _SHARE)

    @classmethod
    def called(cls) -> str:
        return cls.__name__.lower()

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Return the rule; a bare share means `fraction`, and 0 or nothing means `none`."""
        if value is None or (is_whole(value, 0) and value == 0):
            return super().parse("none")
        if isinstance(value, str) and re.fullmatch(r"[-+.0-9]+ *%", value):
            help = f"write `{as_share(value) or '0.1'}`"
            raise problem(f"a share of the rows must be between 0 and 1, got `{value}`", help)
        if is_whole(value, 1):
            help = f"write `{{first: {value}}}` or `{{last: {value}}}`, or a share such as `0.1`"
            raise problem(f"`{value}` rows could come from either end", help)
        return super().parse({"fraction": value} if is_number(value) else value)


class Nothing(SplitRule):
    """No such split."""

    @classmethod
    def called(cls) -> str:
        return "none"


class Fraction(SplitRule):
    """A random share of the rows, the same share of each class."""

    shorthand = "share"
    share: Annotated[float, WithJsonSchema(_SHARE)]
    stratify: bool = True

    def model_post_init(self, _: Any) -> None:
        if not 0 < self.share < 1:
            raise problem(f"a share of the rows must be between 0 and 1, got {shown(self.share)}", "write `0.1`")


class First(SplitRule):
    """The first rows."""

    shorthand: ClassVar = "rows"
    rows: PositiveInt


class Last(SplitRule):
    """The last rows."""

    shorthand: ClassVar = "rows"
    rows: PositiveInt


class File(SplitRule):
    """The rows of a separate file."""

    shorthand: ClassVar = "path"
    path: FilePath


class OneFold(SplitRule):
    """One of `count` equal parts of the rows, the same share of each class; `index` counts from 1."""

    index: PositiveInt
    count: Annotated[int, Field(ge=2, le=1000)]

    @classmethod
    def called(cls) -> str:
        return "fold"

    def model_post_init(self, _: Any) -> None:
        _refuse_missing_fold(self.index, self.count)


def _refuse_missing_fold(index: int, count: int) -> None:
    if index > count:
        raise problem(f"fold {index} does not exist: there are {count}", f"use 1 to {count}")


class Fold(Section):
    """Fold `index` (from 1) of `count`: its rows are the test split."""

    index: PositiveInt
    count: Annotated[int, Field(ge=2, le=1000)]

    def model_post_init(self, _: Any) -> None:
        _refuse_missing_fold(self.index, self.count)


def _of_given_split(value: Any) -> Any:
    message = f"the test split comes with the data: `test` can only be `hold`, got {got(value)}"
    raise problem(message, "remove it, or write `test: hold`, which leaves the split for `nntrain eval`")


TABLES = (".csv", ".tsv", ".arff", ".parquet")
_ARRAYS = "save its arrays with `numpy.savez(FILE, x=..., y=...)`, and write `npz_file: {path: ...}`"
_ROWS = "save it as a CSV file, and write `table: {path: ..., target: ...}`"
_SCALING = "write the layer that scales as the first one: `Normalization`, `Rescaling: 1/255` for pixels"
_BELOW_TRAIN = ("batch_size", "shuffle", "epochs", "class_weight", "oversample")


def is_table(path: str) -> bool:
    """Return whether the name of a file is that of a table."""
    return path.lower().removesuffix(".gz").endswith(TABLES)


class Source(PlugIn, Named):
    """The family of data sources."""

    folder: ClassVar = "data.sources"
    noun = "data source"
    has_plugins = True
    absent: ClassVar = {
        **SOURCES,
        **dict.fromkeys(("cifar10", "cifar100", "svhn", "emnist", "kmnist", "digits"), _ARRAYS),
        **dict.fromkeys(
            ("wine", "breast_cancer", "diabetes", "california_housing", "boston_housing", "titanic"), _ROWS
        ),
    }
    elsewhere: ClassVar = {
        **dict.fromkeys(("normalize", "standardize", "scale", "scaler", "scaling", "rescale"), _SCALING),
        **{name: f"write `{name}` below `train:`" for name in _BELOW_TRAIN},
        **dict.fromkeys(("seed", "random_state"), "write `split_seed`, or `seed` at the top of the config"),
        **dict.fromkeys(("validation_split", "val_split", "val_size", "val"), "write `validation`"),
        **dict.fromkeys(
            ("augment", "augmentation", "data_augmentation"), "write layers such as `RandomFlip: horizontal` in `model`"
        ),
    }
    takes_files: ClassVar[bool] = False  # whether `validation` and `test` may be separate files
    of_folders: ClassVar[bool] = False  # whether `paths` returns folders of images
    validation: SplitRule = Fraction.model_construct(share=0.2)
    split_seed: Seed = 0
    group_duplicates: bool = False  # whether equal rows go to the same split
    hold_out_test: bool = False  # whether the test split is left for `eval --split test`
    fold: Fold = omitted
    test: Annotated[Any, PlainValidator(_of_given_split), WithJsonSchema(_HOLD)] = Field(omitted, description=_HELD)

    @classmethod
    def called(cls) -> str:
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def instead_of(cls, name: str) -> str:
        table = "table: {path: %s, target: ...}"
        sources = {".npz": "npz_file: {path: %s}"} | dict.fromkeys(TABLES, table)
        known = next((line for end, line in sources.items() if name.lower().removesuffix(".gz").endswith(end)), "")
        return f"write `{known % name}`" if known else super().instead_of(name)

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Return the source that the value names; the old name of `table` is an error with the new line."""
        if old_source.OLD in (value if isinstance(value, dict) else [value]):
            options = value.get(old_source.OLD) if isinstance(value, dict) else None
            line = old_source.line_that_works(options)
            raise of_the_name(problem(f"`{old_source.OLD}` is `{old_source.NEW}` now", line), old_source.OLD, value)
        return super().parse(value)

    @classmethod
    def as_options(cls, value: Any) -> Any:
        """Return the mapping of options that the value means: `test: hold` means `hold_out_test: true`."""
        options = super().as_options(value)
        if not isinstance(options, dict) or options.get("test") != "hold":
            return options
        held = {"hold_out_test": True, **{name: option for name, option in options.items() if name != "test"}}
        if held["hold_out_test"] is False:
            error = problem("`hold_out_test: false` contradicts `test: hold`", "remove one of the two", on_key=True)
            raise ValidationError.from_exception_data(cls.called(), [details(error, ("hold_out_test",))])
        return held

    @property
    def known_schema(self) -> Schema | None:
        """What is known before the data are read; None if only the rows can show it."""
        return None

    @property
    def known_labels(self) -> Labels | None:
        """What the labels are, if that is known before the data are read."""
        schema = self.known_schema
        return None if schema is None else "classes" if schema.classes else "numbers"

    @property
    def test_rule(self) -> SplitRule:
        """How the test split is taken; `none` where the source has its own."""
        return Nothing()

    def is_folder(self, option: Path) -> bool:
        """Return whether an option of `paths` names a folder."""
        return self.of_folders

    def split_files(self) -> dict[str, str]:
        """Return the file, or the folder, of each split that has a separate one."""
        rules = {name: getattr(self, name, None) for name in ("validation", "test")}
        return {name: rule.path for name, rule in rules.items() if isinstance(rule, File)}

    def paths(self) -> dict[Path, str]:
        """Return every file that the options name, by the option's path below the source."""
        own: dict[Path, str] = {("path",): self.path} if hasattr(self, "path") else {}
        return own | {(name, "file"): file for name, file in self.split_files().items()}


class Splittable(Source):
    """A source without an official test split."""

    elsewhere: ClassVar = {**Source.elsewhere, **dict.fromkeys(("test_split", "test_size"), "write `test`")}
    test: Annotated[SplitRule, WithJsonSchema({"anyOf": [reference(SplitRule.definition()), _HOLD]})] = (
        Fraction.model_construct(share=0.2)
    )

    @property
    def test_rule(self) -> SplitRule:
        return self.test
