"""Rows are divided into splits: the test split first, then the validation split, the rest is for training."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nntrain.config.data import File, First, Fold, Fraction, Last, Nothing, OneFold, Source, SplitRule
from nntrain.config.messages import counted, listed, shown
from nntrain.data import splits
from nntrain.data.checks import Faults, missing_classes
from nntrain.data.duplicates import first_equal_rows
from nntrain.data.examples import Rows, Split
from nntrain.errors import DataError, Path, Problem


@dataclass(frozen=True)
class Divider:
    """Divides the rows into splits, and checks that every class can be learnt."""

    rows: Rows
    source: Source

    @property
    def place(self) -> Path:
        """The path of the source in the config."""
        return ("data", self.source.called())

    @property
    def groups(self) -> np.ndarray:
        """(n,) the group of each row, by which shares are stratified: its class; a regression is one group."""
        return self.rows.remaining.y if self.rows.schema.classes else np.zeros(len(self.rows.remaining), np.int32)

    @cached_property
    def positions(self) -> dict[str, np.ndarray]:
        """The positions in the remaining rows, ascending, of the splits that are taken from them, by name.

        Raises DataError where a rule cannot be followed.
        """
        validation_rule = self._rule("validation")
        test, rest = self._test(spare=1 if isinstance(validation_rule, Nothing) else 2)
        validation, train = self._taken(validation_rule, rest, "validation", spare=1)
        found = {"train": train, "validation": validation, "test": test}
        return {name: rows for name, rows in found.items() if len(rows) or name == "train"}

    def splits(self) -> dict[str, Split]:
        """Return the splits that exist, by name. Raises as `positions` does, and for a class without a training row."""
        rows = self.rows
        own = {"validation": rows.validation, "test": rows.test}
        found = {name: split for name, split in own.items() if split is not None}
        with ThreadPoolExecutor(len(self.positions)) as threads:  # NumPy copies rows without the interpreter's lock
            parts = threads.map(self._part, self.positions.values())
            found |= dict(zip(self.positions, parts, strict=True))
        self._check_training(found["train"])
        return {name: found[name] for name in ("train", "validation", "test") if name in found}

    def _part(self, taken: np.ndarray) -> Split:
        remaining = self.rows.remaining
        return remaining if len(taken) == len(remaining) else remaining.take(taken)

    def warnings(self, splits: Mapping[str, Split]) -> Iterator[str]:
        """Yield what makes the scores of the splits say less than they seem to."""
        yield from self._rare_classes()
        yield from self._large_groups()
        for name, split in splits.items():
            yield from self._absent_classes(name, split)

    @cached_property
    def first_equal(self) -> np.ndarray:
        """(n,) the first row that is to be in the same split as each row."""
        remaining, groups = self.rows.remaining, self.rows.groups
        if groups is not None:
            _, first, of_rows = np.unique(groups, return_index=True, return_inverse=True)
            return np.asarray(first[of_rows])
        return first_equal_rows(remaining.x) if self.source.group_duplicates else np.arange(len(remaining))

    def _rule(self, name: str) -> SplitRule:
        """Return how the split is taken from the remaining rows; `none` where the source provides it."""
        given = self.rows.test if name == "test" else self.rows.validation
        if given is not None and isinstance(getattr(self.source, name, None), OneFold):
            message = f"`fold` has no rows to divide: `{self.source.called()}` has a {name} split of its own"
            raise self._error(message, "remove it", name)
        if name == "test":
            return Nothing() if self.rows.test is not None else self.source.test_rule
        return Nothing() if self.rows.validation is not None else self.source.validation

    def _test(self, spare: int) -> tuple[np.ndarray, np.ndarray]:
        every = np.arange(len(self.rows.remaining))
        fold = self.source.fold
        if fold is None:
            return self._taken(self._rule("test"), every, "test", spare)
        self._check_folds(fold)
        first = self._first_of(every)
        fold_of_first = splits.fold_of_rows(self.groups[first], fold.count, self.source.split_seed)
        inside = fold_of_first[np.searchsorted(first, self.first_equal)] == fold.index - 1
        return every[inside], every[~inside]

    def _first_of(self, rows: np.ndarray) -> np.ndarray:
        """Return those of the rows that no row before them equals, or all without groups and `group_duplicates`."""
        if self.rows.groups is None and not self.source.group_duplicates:
            return rows
        return np.asarray(rows[self.first_equal[rows] == rows])

    def _taken(self, rule: SplitRule, rows: np.ndarray, name: str, spare: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions in the remaining rows that the split takes, and those that it leaves."""
        if isinstance(rule, Nothing):
            return rows[:0], rows
        if isinstance(rule, File):
            message = f"`{self.source.called()}` cannot take the {name} split from a file"
            raise self._error(message, f"write a share of the rows, `{name}: 0.2`", name)
        fewer = f"take fewer than {len(rows)} rows" if len(rows) > 1 else "give more rows"
        if isinstance(rule, (First, Last)) and rule.rows > len(rows):
            message = f"`{rule.called()}: {rule.rows}` takes more rows than there are, {len(rows)}"
            raise self._error(message, fewer, name, rule.called(), "rows")
        if isinstance(rule, Fraction) and self.rows.times is not None:
            taken = splits.latest(rule.share, rows, self.rows.times)
        else:
            among = self._first_of(rows) if isinstance(rule, Fraction | OneFold) else rows
            if isinstance(rule, OneFold) and rule.count > len(among):
                message = f"{rule.count} folds need at least {rule.count} rows, there are {len(among)}"
                help = f"use at most {len(among)} folds" if len(among) > 1 else "give more rows"
                raise self._error(message, help, name, "fold", "count")
            if isinstance(rule, Fraction) and self.rows.groups is not None:
                among = self._small_groups(among, rows, rule.share)
            taken = splits.take(rule, among, self.groups, self.source.split_seed, name, spare)
        if self.rows.groups is not None or self.source.group_duplicates:
            taken = rows[np.isin(self.first_equal[rows], self.first_equal[taken])]
        if len(taken) == len(rows):
            every = f"all {len(rows)} rows" if len(rows) > 1 else "the only row"
            message = f"the {name} split takes {every} and leaves none for training"
            raise self._error(message, fewer, name)
        if not len(taken):
            why, help = self._why_none(rule, rows, name, spare)
            raise self._error(f"the {name} split gets no rows: {why}", f"{help}, or write `{name}: none`", name)
        return taken, splits.without(rows, taken)

    def _why_none(self, rule: SplitRule, rows: np.ndarray, name: str, spare: int) -> tuple[str, str]:
        """Return why a rule takes none of the rows, and what to do about it."""
        if self.rows.groups is not None and isinstance(rule, Fraction):
            sizes = np.bincount(self.rows.groups[rows])
            smallest = f"the smallest group has {sizes[sizes > 0].min():,} of {len(rows):,} rows"
            only = f"all {len(rows):,} rows are of one group"
            return only if np.count_nonzero(sizes) == 1 else smallest, "give smaller groups"
        if isinstance(rule, Fraction) and rule.stratify and len(rows) > spare and len(self.rows.schema.classes) > 1:
            other = f"`{name}: {{{rule.called()}: {{share: {rule.share}, stratify: false}}}}`"
            return f"no class has more than {counted(spare, 'row')}", f"give more rows, write {other}"
        return f"{len(rows):,} are too few to share out", "give more rows"

    def _small_groups(self, firsts: np.ndarray, rows: np.ndarray, share: float) -> np.ndarray:
        """Return those of the groups, by their first rows, that have no more rows than the split is to have."""
        sizes = np.bincount(self.first_equal[rows], minlength=len(self.first_equal))
        return np.asarray(firsts[sizes[firsts] <= max(1.0, share * len(rows))])

    def _large_groups(self) -> Iterator[str]:
        """Yield a warning where a group is larger than a split, so that it stays in the training split."""
        if self.rows.groups is None or self.source.fold is not None:
            return
        sizes = np.bincount(self.rows.groups)
        for name in ("test", "validation"):
            rule = self._rule(name)
            most = rule.share * len(self.rows.groups) if isinstance(rule, Fraction) else len(self.rows.groups)
            if count := int((sizes > most).sum()):
                groups = "a group is" if count == 1 else f"{count:,} groups are"
                rows = f"{sizes.max():,} of {sizes.sum():,} rows"
                yield f"{groups} larger than the {name} split is to be, {rows}, and not taken for it"

    def _check_folds(self, fold: Fold) -> None:
        """Raise DataError where a fold would be empty, or would take all rows of a class from the training."""
        counts, classes = self._counts(), self.rows.schema.classes
        if fold.count > counts.sum():
            message = f"{fold.count} folds need at least {fold.count} rows, the data have {counts.sum()}"
            raise self._error(message, f"use at most {counts.sum()} folds" if counts.sum() > 1 else "give more rows")
        if classes and counts.min() < 2:
            name = shown(classes[int(counts.argmin())])
            message = f"class {name} has a single row, so one of the folds leaves none of it for training"
            raise self._error(message, "give more rows of that class, or leave the class out")

    def _counts(self) -> np.ndarray:
        """Return the rows of each class, or of all where there are none; equal rows that stay together are one."""
        groups = self.groups[self._first_of(np.arange(len(self.rows.remaining)))]
        return np.bincount(groups, minlength=max(1, len(self.rows.schema.classes)))

    def _rare_classes(self) -> Iterator[str]:
        fold, classes = self.source.fold, self.rows.schema.classes
        if fold is None or not classes:
            return
        counts = self._counts()
        if rare := [classes[index] for index in np.flatnonzero(counts < fold.count)]:
            yield f"{fold.count} folds are more than the rows of {_classes(rare)}, so some have none in the test split"

    def _check_training(self, train: Split) -> None:
        """Raise DataError for the classes that have no row to learn from."""
        faults = Faults()
        for missing in missing_classes(train, self.rows.schema.classes):
            message = f"class {shown(missing)} has no row in the training split"
            faults.add(Problem(message, self.place, "give more rows of that class"))
        faults.throw()

    def _absent_classes(self, name: str, split: Split) -> Iterator[str]:
        if missing := missing_classes(split, self.rows.schema.classes):
            have, those = ("has", "that class") if len(missing) == 1 else ("have", "those classes")
            cure = self._cure(name) or f"its scores leave {those} out"
            yield f"{_classes(missing)} {have} no row in the {name} split; {cure}"

    def _cure(self, name: str) -> str:
        """Return what to do about a class that is missing from the split, if anything can be done."""
        rule = Nothing() if name == "test" and self.source.fold else self._rule(name)
        if isinstance(rule, (First, Last)):
            return f"`{name}: 0.2` takes the same share of every class"
        if isinstance(rule, Fraction) and not rule.stratify:
            return "without `stratify: false` each class gets the same share"
        return ""

    def _error(self, message: str, help: str, *option: str) -> DataError:
        return DataError(problems=[Problem(message, (*self.place, *option), help)])


def _classes(names: Sequence[str]) -> str:
    return f"class {shown(names[0])}" if len(names) == 1 else f"classes {listed(names)}"
