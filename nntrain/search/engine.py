"""The interface of search engines, `ask` for values and `tell` their score, and the engine that a config names."""

from dataclasses import dataclass
from typing import Protocol, cast

from nntrain import extensions
from nntrain.config.search.space import Search, Values


@dataclass(frozen=True)
class Proposal:
    """Values to try: for `epochs` where the engine decides it, from the last state of trial `parent` if given."""

    values: Values
    epochs: int | None = None
    parent: int | None = None


class Waiting:
    """The engine needs the score of a running trial before its next proposal."""


class SearchEngine(Protocol):
    """A search engine. Trials are numbered from 0 in the order of `ask`; `tell` is called once for each.

    An engine is a pure function of its options, the space, the seed and the calls so far: a search is resumed by
    repeating the calls, which gives the same proposals. Once `ask` has returned None, `ended` is the reason, in words
    that follow "the search ended: ".
    """

    ended: str

    def ask(self) -> Proposal | Waiting | None:
        """Return the next proposal, the first being the config's own values; None when the search has ended."""

    def report(self, number: int, epoch: int, score: float) -> bool:
        """Take the score after an epoch (from 1) of a running trial; return whether to stop it here."""

    def tell(self, number: int, score: float | None, epochs: int) -> None:
        """Take the trial's final score, None where it failed, and the number of its epochs."""


def make_engine(search: Search) -> SearchEngine:
    """Return the engine of a search, at its beginning; raises MissingPackage where its library is missing."""
    options = search.tune.engine
    return cast(SearchEngine, extensions.module_of(options).make(options, search))
