"""A run as its plots see it, whose data and model are read from its files when a plot first asks for them."""

from functools import cached_property
from pathlib import Path

from nntrain.data.dataset import Dataset
from nntrain.evaluation.evaluate import same_data
from nntrain.evaluation.labelled import read_labelled
from nntrain.evaluation.scored_run import ScoredRun
from nntrain.model.restore import load_model
from nntrain.subject import Subject
from nntrain.training.memory import refuse_large_batch
from nntrain.training.scorer import Scorer


class SavedRun(ScoredRun):
    """A run, a group or a search on the disk."""

    @classmethod
    def of_file(cls, subject: Subject, file: Path, name: str) -> "SavedRun":
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
