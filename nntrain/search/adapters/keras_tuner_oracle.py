"""KerasTuner's oracles without its Tuner: nothing is written, printed, or taken from a global generator."""

import sys
import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from nntrain.config.search.space import Search
from nntrain.search.adapters.encoding import Codes, EncodedParameter, Encoding, mixed
from nntrain.search.engine import Proposal, Waiting

_SCORE = "score"
_LEAST_TRIES = 10  # of 20 draws each; a space with few values left needs more, and gets its size


class InMemory:
    """A mix-in for oracles. `first` are the codes to begin with, `size` is the number of sets of values."""

    first: Codes | None = None
    size: int | None = None
    exhausted = False

    def save(self) -> None:
        """Do nothing: a search is resumed by repeating its calls."""

    def _save_trial(self, trial: Any) -> None:
        """Do nothing."""

    def _random_values(self) -> Codes | None:
        """Return untried codes; None when all are tried. KerasTuner gives up after 20 draws that were tried."""
        if self.first is not None and not self.start_order:  # type: ignore[attr-defined]
            return dict(self.first)
        for _ in range(max(_LEAST_TRIES, self.size or 0)):
            if self.size is not None and self.tried() >= self.size:
                break
            if (values := super()._random_values()) is not None:  # type: ignore[misc]
                return values
        self.exhausted = True
        return None

    def tried(self) -> int:
        """Return the number of sets of values proposed; a promotion repeats one."""
        trials = self.trials.values()  # type: ignore[attr-defined]
        return sum("tuner/trial_id" not in trial.hyperparameters.values for trial in trials)


def _make_oracle(kind: type, search: Search, coding: Encoding, options: Mapping[str, Any]) -> Any:
    from keras_tuner import Objective

    oracle = type(f"InMemory{kind.__name__}", (InMemory, kind), {})(
        objective=Objective(_SCORE, search.direction),
        seed=mixed(search.tune.seed),
        hyperparameters=_hyperparameters(coding),
        max_retries_per_trial=0,
        max_consecutive_failed_trials=sys.maxsize,  # KerasTuner's limit raises with its lock held
        **options,
    )
    oracle.verbose = 0
    oracle.max_trials = None  # RandomSearch and BayesianOptimization would end after ten
    oracle.first = coding.own
    oracle.size = search.space.size
    return oracle


def _hyperparameters(coding: Encoding) -> Any:
    from keras_tuner import HyperParameters

    hyperparameters = HyperParameters()
    for one in coding.parameters:
        with ExitStack() as scopes:
            for condition in coding.conditions(one):
                scopes.enter_context(hyperparameters.conditional_scope(condition.path, [condition.index]))
            _add(hyperparameters, one, (coding.own or {}).get(one.name))
    return hyperparameters


def _add(hyperparameters: Any, one: EncodedParameter, default: Any) -> None:
    parameter = one.parameter
    if parameter.kind in ("choice", "bool"):
        hyperparameters.Choice(one.name, list(range(len(parameter.options))), default=default)
    elif one.levels is not None:
        hyperparameters.Int(one.name, 0, len(one.levels) - 1, default=default)
    else:
        add = hyperparameters.Int if parameter.kind == "int" else hyperparameters.Float
        sampling = "log" if parameter.log else "linear"
        add(one.name, parameter.low, parameter.high, sampling=sampling, default=default)


class OracleEngine:
    """A search engine that asks an oracle of the class `kind`, made with these options.

    every_level: whether ranges too are a list of values. longest: the epochs of the config's own trial where its values
    are not in the space.
    """

    def __init__(
        self,
        kind: type,
        search: Search,
        options: Mapping[str, Any] = {},
        every_level: bool = False,
        longest: int | None = None,
    ) -> None:
        self.ended = ""
        self._coding = Encoding(search.space, every_level)
        self._oracle = _make_oracle(kind, search, self._coding, options)
        self._own = search.space.own
        self._longest = longest
        self._trials: list[Any] = []  # KerasTuner's, None for one outside the space
        self._numbers: dict[str, int] = {}

    def ask(self) -> Proposal | Waiting | None:
        """Return the next proposal."""
        if not self._trials and self._coding.own is None:
            self._trials.append(None)
            return Proposal(dict(self._own), self._longest)
        if self.ended:
            return None
        with warnings.catch_warnings(action="ignore"):  # an old name of `threading`, and its Gaussian process
            trial = self._oracle.create_trial(f"{len(self._trials)}")
        if trial.status == "IDLE":
            return Waiting()
        if trial.status == "STOPPED":
            exhausted = self._oracle.exhausted or self._oracle.tried() == self._oracle.size
            self.ended = "the space is exhausted" if exhausted else "the algorithm has ended"
            return None
        self._numbers[trial.trial_id] = len(self._trials)
        self._trials.append(trial)
        return self._proposal(trial.hyperparameters.values)

    def _proposal(self, codes: Mapping[str, Any]) -> Proposal:
        parent = self._numbers.get(codes.get("tuner/trial_id", ""))
        return Proposal(self._coding.decode(codes), codes.get("tuner/epochs"), parent)

    def report(self, number: int, epoch: int, score: float) -> bool:
        """Return False: KerasTuner stops no running trial."""
        return False

    def tell(self, number: int, score: float | None, epochs: int) -> None:
        """Take the score of a trial; a failed one is not tried again."""
        if (trial := self._trials[number]) is not None:
            self._finish(trial, score)

    def _finish(self, trial: Any, score: float | None) -> None:
        trial.status = "FAILED" if score is None else "COMPLETED"
        with warnings.catch_warnings(action="ignore"):
            if score is not None:
                self._oracle.update_trial(trial.trial_id, {_SCORE: score})
            self._oracle.end_trial(trial)


class BlindEngine(OracleEngine):
    """An engine of one fixed sequence, for any number of workers: to the oracle, trials end at once without a score."""

    def _proposal(self, codes: Mapping[str, Any]) -> Proposal:
        self._finish(self._trials[-1], None)
        return super()._proposal(codes)

    def tell(self, number: int, score: float | None, epochs: int) -> None:
        """Do nothing."""
