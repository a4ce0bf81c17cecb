"""Examples, in memory or on the disk, split before anything else is done to them, and checked for faults."""

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from nntrain import extensions
from nntrain.config.data import File, First, Fold, Fraction, Last, Nothing, Source, SplitRule
from nntrain.config.data_schema import Schema
from nntrain.config.load import Config, in_order
from nntrain.config.messages import shown
from nntrain.data import splits
from nntrain.data.checks import Faults, check, class_counts, constant_columns, missing_classes
from nntrain.data.examples import Rows, Split
from nntrain.data.row_file import chunks
from nntrain.errors import DataError, Path, Problem


@dataclass(frozen=True)
class Dataset:
    """The splits of one run. `warnings` are faults that do not stop a training, such as a constant column."""

    name: str
    train: Split
    validation: Split | None
    test: Split | None
    schema: Schema
    warnings: tuple[str, ...] = field(default=())

    @property
    def splits(self) -> dict[str, Split]:
        """The splits that exist, by name."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}

    @cached_property
    def digest(self) -> str:
        """The result of `sha256`, which is computed once for the many trials of a search."""
        digest = hashlib.sha256(repr(self.schema.classes).encode())
        for name, split in self.splits.items():
            for array in (split.x, split.y):
                digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
                for _, part in chunks(array):
                    digest.update(np.ascontiguousarray(part).data.cast("B"))
        return digest.hexdigest()


def load_data(config: Config) -> Dataset:
    """Return the data of a config; a fault in them is reported at the option that names them."""
    source = config.experiment.data
    try:
        return load(source)
    except DataError as error:
        at_source = [replace(found, path=found.path or ("data", source.called())) for found in error.problems]
        raise DataError(problems=in_order(config.document, at_source)) from None


def load(source: Source) -> Dataset:
    """Read, split and check the data; raises DataError with the row and the column of every fault.

    The test split is taken first, then the validation split; a share is a share of the rows that remain at that
    moment. A split that the source provides is used as it is. With `fold`, the rows of that fold are the test split,
    in place of the test split of the source or of the rule.
    """
    rows: Rows = extensions.module_of(source).load(source)
    faults = Faults()
    check(rows, ("data", source.called()), faults)
    faults.throw()
    dataset = _Divider(rows, source).dataset()
    return replace(dataset, warnings=constant_columns(dataset.train.x, dataset.schema.features))


def sha256(dataset: Dataset) -> str:
    """Return the SHA-256 of what a training sees: dtype, shape and bytes of each split, and the class names."""
    return dataset.digest


@dataclass(frozen=True)
class _Divider:
    """Divides the rows into splits and checks that every class is in each of them."""

    rows: Rows
    source: Source

    @property
    def place(self) -> Path:
        return ("data", self.source.called())

    @property
    def groups(self) -> np.ndarray:
        """(n,) the group of each row, by which shares are stratified: its class; a regression is one group."""
        return self.rows.remaining.y if self.rows.schema.classes else np.zeros(len(self.rows.remaining), np.int32)

    def dataset(self) -> Dataset:
        rows, remaining = self.rows, self.rows.remaining
        validation_rule = self._rule("validation")
        test, rest = self._test(spare=1 if isinstance(validation_rule, Nothing) else 2)
        validation, rest = self._taken(validation_rule, rest, "validation", spare=1)
        dataset = Dataset(
            self.source.called(),
            train=remaining if len(rest) == len(remaining) else remaining.take(rest),
            validation=remaining.take(validation) if len(validation) else rows.validation,
            test=remaining.take(test) if len(test) else rows.test,
            schema=rows.schema,
        )
        self._check_classes({"train": dataset.train, "validation": dataset.validation, "test": dataset.test})
        return dataset

    def _rule(self, name: str) -> SplitRule:
        """Return how the split is taken from the remaining rows; `none` where the source provides it."""
        if name == "test":
            return Nothing() if self.rows.test is not None else self.source.test_rule
        return Nothing() if self.rows.validation is not None else self.source.validation

    def _test(self, spare: int) -> tuple[np.ndarray, np.ndarray]:
        every = np.arange(len(self.rows.remaining))
        fold = self.source.fold
        if fold is None:
            return self._taken(self._rule("test"), every, "test", spare)
        self._check_folds(fold)
        inside = splits.fold_of_rows(self.groups, fold.count, self.source.split_seed) == fold.index - 1
        return every[inside], every[~inside]

    def _taken(self, rule: SplitRule, rows: np.ndarray, name: str, spare: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions in the remaining rows that the split takes, and those that it leaves."""
        if isinstance(rule, Nothing):
            return rows[:0], rows
        if isinstance(rule, File):
            message = f"`{self.source.called()}` cannot take the {name} split from a file"
            raise self._error(message, f"write a share of the rows, `{name}: 0.2`", name)
        if isinstance(rule, (First, Last)) and rule.rows > len(rows):
            message = f"`{rule.called()}: {rule.rows}` takes more rows than there are, {len(rows)}"
            raise self._error(message, f"take fewer than {len(rows)} rows", name, rule.called(), "rows")
        taken = splits.take(rule, rows, self.groups, self.source.split_seed, name, spare)
        if len(taken) == len(rows):
            message = f"the {name} split takes all {len(rows)} rows and leaves none for training"
            raise self._error(message, f"take fewer than {len(rows)} rows", name)
        if not len(taken):
            message = f"the {name} split gets no rows, {len(rows)} are too few to share out"
            raise self._error(message, f"give more rows, or write `{name}: none`", name)
        return taken, splits.without(rows, taken)

    def _check_folds(self, fold: Fold) -> None:
        classes = self.rows.schema.classes
        counts = class_counts(self.rows.remaining, len(classes)) if classes else np.array([len(self.rows.remaining)])
        fewest = int(counts.min())
        if fold.count > fewest:
            what = f"class {shown(classes[int(counts.argmin())])} has" if classes else "the data have"
            message = f"{fold.count} folds need at least {fold.count} rows, {what} {fewest}"
            raise self._error(message, f"use at most {fewest} folds" if fewest > 1 else "give more rows")

    def _check_classes(self, parts: dict[str, Split | None]) -> None:
        faults = Faults()
        for name, split in parts.items():
            if split is None or not self.rows.schema.classes:
                continue
            place = self.place if name == "train" else (*self.place, name)
            for missing in missing_classes(split, self.rows.schema.classes):
                message = f"class {missing} has no row in the {name} split"
                faults.add(Problem(message, place, self._cure(name)))
        faults.throw()

    def _cure(self, name: str) -> str:
        rule = Nothing() if name == "train" or (name == "test" and self.source.fold) else self._rule(name)
        if isinstance(rule, (First, Last)):
            return f"write `{name}: 0.2` for the same share of every class"
        if isinstance(rule, Fraction) and not rule.stratify:
            return "remove `stratify: false`"
        return "give more rows of that class"

    def _error(self, message: str, help: str, *option: str) -> DataError:
        return DataError(problems=[Problem(message, (*self.place, *option), help)])
