"""What every engine offers, ask for values and tell their score, and the engine that a config names."""

from dataclasses import dataclass
from typing import Protocol, cast

from nntrain import extensions
from nntrain.config.search.space import Search, Values


@dataclass(frozen=True)
class Proposal:
    """Values to try. `epochs` stands for `train.epochs` where the engine decides it; the trial goes on from the state
    that trial number `parent` ended with, where there is one."""

    values: Values
    epochs: int | None = None
    parent: int | None = None


class Waiting:
    """The engine cannot propose anything before a running trial is told."""


class SearchEngine(Protocol):
    """A search. Trials are numbered from 0 in the order of `ask`; every trial is told once.

    An engine is a pure function of its options, the space, the seed and the calls that were made: repeating the calls
    gives the same proposals, which is how a search is resumed. Once `ask` has given None, `ended` says why, in words
    that follow "the search ended: ".
    """

    ended: str

    def ask(self) -> Proposal | Waiting | None:
        """The next proposal, the first being the config's own values; None when the space or the algorithm is spent."""

    def report(self, number: int, epoch: int, score: float) -> bool:
        """The score after an epoch (from 1) of a running trial; True says that it is to be stopped here."""

    def tell(self, number: int, score: float | None, epochs: int) -> None:
        """The trial's final score, None where it failed, and after how many epochs in all."""


def make_engine(search: Search) -> SearchEngine:
    """Return the engine of a search, at its beginning; raises MissingPackage where its library is missing."""
    options = search.tune.engine
    return cast(SearchEngine, extensions.module_of(options).make(options, search))
