"""Hyperopt's TPE through what `fmin` calls: it suggests a trial from the trials so far."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hyperopt import STATUS_FAIL, STATUS_OK, Trials, hp, tpe
from hyperopt.base import JOB_STATE_DONE, JOB_STATE_RUNNING, Domain

from nntrain.config.search.space import Condition, Search
from nntrain.search.adapters.encoding import Codes, EncodedParameter, Encoding, mixed
from nntrain.search.engine import Proposal, Waiting

REPEATS = 10  # of known values, until untried ones are drawn at random


@dataclass
class TrialsEngine:
    """A search engine on a list of trials in memory; options: those of `tpe.suggest`."""

    search: Search
    options: Mapping[str, Any]
    ended: str = ""
    _trials: list[dict[str, Any] | None] = field(default_factory=list)  # None for own values outside the space
    _known: set[tuple[tuple[str, Any], ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._coding = Encoding(self.search.space)
        self._domain = Domain(lambda values: None, _space(self._coding))
        self._list = Trials()
        self._seed = mixed(self.search.tune.seed)
        self._generator = random.Random(self._seed)

    def ask(self) -> Proposal | Waiting | None:
        """Return the next proposal."""
        if not self._trials:
            if self._coding.own is None:
                self._trials.append(None)
                return Proposal(dict(self.search.space.own))
            return self._new(self._coding.own)
        if not self.ended and len(self._known) != self.search.space.size:
            for codes in self._candidates():
                if tuple(codes.items()) not in self._known:
                    return self._new(codes)
        self.ended = "the space is exhausted"
        return None

    def report(self, number: int, epoch: int, score: float) -> bool:
        """Return False: Hyperopt stops no trial."""
        return False

    def tell(self, number: int, score: float | None, epochs: int) -> None:
        """Take the score of a trial, a loss for Hyperopt; one that has failed is among the poorest."""
        if (trial := self._trials[number]) is not None:
            loss = score if score is None or self.search.direction == "min" else -score
            trial["result"] = {"status": STATUS_FAIL} if loss is None else {"status": STATUS_OK, "loss": loss}
            trial["state"] = JOB_STATE_DONE
            self._list.refresh()

    def _candidates(self) -> Any:
        """Yield what TPE suggests, then random codes."""
        number = len(self._trials)
        for repeat in range(REPEATS):
            seed = mixed(self._seed + REPEATS * number + repeat)
            (suggested,) = tpe.suggest([number], self._domain, self._list, seed, verbose=False, **self.options)
            yield self._coding.codes(partial(_code, suggested["misc"]["vals"]))
        for _ in range(1000 + 50 * (self.search.space.size or 0)):
            yield self._coding.draw(self._generator)

    def _new(self, codes: Codes) -> Proposal:
        """Add a trial of these codes, which runs, and return it."""
        number = len(self._trials)
        values = {one.name: [codes[one.name]] if one.name in codes else [] for one in self._coding.parameters}
        places = {name: [number] * len(value) for name, value in values.items()}
        misc = {"tid": number, "cmd": self._domain.cmd, "workdir": None, "idxs": places, "vals": values}
        documents = self._list.new_trial_docs([number], [None], [self._domain.new_result()], [misc])
        documents[0]["state"] = JOB_STATE_RUNNING
        self._list.insert_trial_docs(documents)
        self._list.refresh()
        self._trials.append(self._list._dynamic_trials[-1])
        self._known.add(tuple(codes.items()))
        return Proposal(self._coding.decode(codes))


def _space(coding: Encoding) -> dict[str, Any]:
    """Return the space as Hyperopt describes it: what depends on an option of a choice is inside that option."""

    def below(condition: Condition | None) -> dict[str, Any]:
        return {one.name: expression(one) for one in coding.parameters if one.parameter.condition == condition}

    def expression(one: EncodedParameter) -> Any:
        parameter = one.parameter
        if parameter.kind in ("choice", "bool"):
            count = len(parameter.options)
            return hp.choice(one.name, [below(Condition(one.name, index)) for index in range(count)])
        if one.levels is not None:
            return hp.quniform(one.name, -0.5, len(one.levels) - 0.5, 1)
        if not parameter.log:
            return hp.uniform(one.name, parameter.low, parameter.high)
        low, high = math.log(parameter.low), math.log(parameter.high)
        return (hp.qloguniform if parameter.kind == "int" else hp.loguniform)(
            one.name, low, high, *([1] if parameter.kind == "int" else [])
        )

    return below(None)


def _code(suggested: Mapping[str, list[Any]], one: EncodedParameter) -> Any:
    """Return a suggested value as a code; rounding leaves no range."""
    value = suggested[one.name][0]
    if one.parameter.kind in ("choice", "bool"):
        return int(value)
    if one.levels is not None:
        return min(max(int(value), 0), len(one.levels) - 1)
    bounded = min(max(float(value), one.parameter.low), one.parameter.high)
    return round(bounded) if one.parameter.kind == "int" else bounded
