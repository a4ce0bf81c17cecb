"""Spaces to search, and a search over an analytic function in place of trainings."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from nntrain.config.search import space as spaces
from nntrain.config.search.space import Condition, Parameter, Space
from nntrain.config.tune import Tune
from nntrain.search.engine import Proposal, SearchEngine, Waiting, make_engine


@dataclass
class Search:
    """Trials of one engine: what it proposed, what it was told, and why it ended."""

    engine: SearchEngine
    score: Callable[[Proposal], float | None]
    proposals: list[Proposal] = field(default_factory=list)
    scores: dict[int, float | None] = field(default_factory=dict)
    waited: int = 0

    def run(self, trials: int = 1000, workers: int = 1, last_first: bool = False) -> "Search":
        """Trials until the engine ends or there are enough, `workers` at a time, told in order or reversed."""
        while self._batch(trials, workers, last_first):
            pass
        return self

    def _batch(self, trials: int, workers: int, last_first: bool) -> bool:
        batch = []
        for _ in range(min(workers, trials - len(self.proposals))):
            proposal = self.engine.ask()
            if proposal is None:
                break
            if isinstance(proposal, Waiting):
                assert batch, "an engine waits although nothing runs"
                self.waited += 1
                break
            batch.append(len(self.proposals))
            self.proposals.append(proposal)
        for number in reversed(batch) if last_first else batch:
            self.scores[number] = self.score(self.proposals[number])
            self.engine.tell(number, self.scores[number], self.proposals[number].epochs or 10)
        return bool(batch)

    @property
    def values(self) -> list[dict[str, Any]]:
        return [proposal.values for proposal in self.proposals]

    @property
    def keys(self) -> list[str]:
        """The proposed sets of values, as texts."""
        return [json.dumps(values, sort_keys=True) for values in self.values]


def bowl(proposal: Proposal) -> float:
    """Best, 0, at units 40 and rate 0.01, with the option that has neither condition nor cost."""
    values = proposal.values
    cost = ((values["units"] - 40) / 40) ** 2 + math.log10(values["rate"] / 0.01) ** 2
    return cost + (0.0 if values.get("bias", True) else 0.5)


UNITS = Parameter("units", "int", low=10, high=100, step=10)
RATE = Parameter("rate", "float", low=1e-4, high=1, log=True)
BIAS = Parameter("bias", "bool", options=(False, True))
OPTIMIZER = Parameter("optimizer", "choice", options=("Adam", {"SGD": {"nesterov": True}}, ["plain"]))
MOMENTUM = Parameter("momentum", "float", low=0.5, high=0.7, step=0.1, condition=Condition("optimizer", 1))
SCHEDULE = Parameter("schedule", "choice", options=("none", "cosine"), condition=Condition("optimizer", 1))
STEPS = Parameter("steps", "int", low=1, high=3, step=1, log=True, condition=Condition("schedule", 1))


@pytest.fixture
def smooth() -> Space:
    """A range, a logarithmic range and a bool."""
    return Space((UNITS, RATE, BIAS), {"units": 100, "rate": 0.5, "bias": False})


@pytest.fixture
def branches() -> Space:
    """3 choices, one of which has 3 momenta, and 1 schedule without and 3 with steps: 2 + 3 * (1 + 3) = 14 sets."""
    return Space((OPTIMIZER, MOMENTUM, SCHEDULE, STEPS), {"optimizer": "Adam"})


@pytest.fixture
def begin() -> Callable[..., Search]:
    """Begins a search with the engine of that name."""

    def begun(
        engine: str,
        space: Space,
        seed: int = 0,
        direction: str = "min",
        score: Callable[[Proposal], float | None] = bowl,
        pruner: Any = None,
        **options: Any,
    ) -> Search:
        written = {engine: {**OPTIONS.get(engine, {}), **options}}
        section = {"engine": written, "space": {}, "seed": seed, **({"pruner": pruner} if pruner else {})}
        return Search(make_engine(spaces.Search(Tune.read(section), space, "score", direction)), score)

    return begun


OPTIONS: dict[str, dict[str, Any]] = {
    "Hyperband": {"max_epochs": 10},
    "BayesianOptimization": {"num_initial_points": 5},
    "TPE": {"n_startup_trials": 5},
    "GP": {"n_startup_trials": 5},
}


@pytest.fixture
def needed() -> Callable[[Mapping[str, Any]], list[str]]:
    """The names that a set of values of `branches` has to have."""

    def names(values: Mapping[str, Any]) -> list[str]:
        if not isinstance(values["optimizer"], dict):
            return ["optimizer"]
        return ["optimizer", "momentum", "schedule", *(["steps"] if values["schedule"] == "cosine" else [])]

    return names
