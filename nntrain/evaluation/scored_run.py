"""A run as its plots see it: its files, and what its model predicts for the rows of one split."""

from functools import cached_property
from pathlib import Path

import numpy as np

from nntrain.config.data_schema import Schema
from nntrain.config.table import Table
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.errors import ConfigError
from nntrain.evaluation.evaluate import same_data
from nntrain.evaluation.labelled import read_labelled
from nntrain.model.restore import load_model
from nntrain.subject import Subject
from nntrain.training.memory import refuse_large_batch
from nntrain.training.scorer import Scorer

SPLITS = ("train", "validation", "test")


class ScoredRun:
    """A run, a group or a search. Data, model and outputs are read when a plot first asks for them.

    `others` are drawn beside it, where a plot compares. A training that has just ended gives its `data` and `scorer`.
    """

    def __init__(self, subject: Subject, split: str | None = None, others: tuple[Subject, ...] = ()) -> None:
        self.subject = subject
        self.others = others
        self.wanted = split

    @classmethod
    def just_trained(cls, subject: Subject, data: Dataset, scorer: Scorer) -> "ScoredRun":
        """Return the run of a training in this process."""
        run = cls(subject)
        run.__dict__ |= {"data": data, "scorer": scorer}  # in place of the cached properties
        return run

    @classmethod
    def of_file(cls, subject: Subject, file: Path, name: str) -> "ScoredRun":
        """Return a run whose plots show the rows of a file with labels, which is called `name`."""
        run, saved = cls(subject), load_model(subject.directory)
        split = read_labelled(saved, file)
        scorer = Scorer.restored(saved, split.x)
        run.__dict__ |= {"scorer": scorer, "split": split, "split_name": name, "table": saved.table}
        return run

    @cached_property
    def data(self) -> Dataset:
        """The data of the training; raises DataError where they have changed."""
        return same_data(self.subject.directory)

    @cached_property
    def scorer(self) -> Scorer:
        """The saved model; raises NNTrainError where it is damaged."""
        saved = load_model(self.subject.directory)
        refuse_large_batch(saved.resolved, max(map(len, self.data.splits.values())))
        return Scorer.restored(saved, self.data.train.x)

    @cached_property
    def split_name(self) -> str:
        """The split that is drawn: by default the last of training, validation and test, but none that is held back.

        Raises ConfigError where the run has no split of the name that was asked for.
        """
        held = self.scorer.resolved.experiment.data.hold_out_test and self.wanted is None
        names = [name for name in self.data.splits if not (held and name == "test")]
        if self.wanted is not None and self.wanted not in names:
            raise ConfigError(f"the run has no {self.wanted} split", help=f"use `--split {names[-1]}`")
        return self.wanted or names[-1]

    @cached_property
    def split(self) -> Split:
        """The rows that are drawn."""
        return self.data.splits[self.split_name]

    @property
    def y(self) -> np.ndarray:
        """(n,) int32 class indices, or (n, targets) float32."""
        return self.split.y

    @cached_property
    def outputs(self) -> np.ndarray:
        """(n, classes) float32 probabilities or scores, or (n, targets) float32, of the rows that are drawn."""
        return self.scorer.outputs(self.split.x)

    @cached_property
    def predicted(self) -> np.ndarray:
        """(n,) class indices of the rows that are drawn."""
        return self.scorer.classes(self.outputs)

    @property
    def schema(self) -> Schema:
        """What the rows are."""
        return self.scorer.resolved.schema

    @cached_property
    def table(self) -> Table | None:
        """The columns of a table."""
        return self.data.table

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.schema.classes

    @property
    def title(self) -> str:
        """The name of the run and of the split."""
        split = f"{self.split_name} split" if self.split_name in SPLITS else self.split_name
        return f"{self.subject.name}: {split}, {len(self.split):,} rows"
