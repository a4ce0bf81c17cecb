"""Optuna's samplers and pruners through its ask-and-tell interface: in memory, and silent."""

import random
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from nntrain import extensions
from nntrain.config.search.space import Search
from nntrain.search.adapters.encoding import EncodedParameter, Encoding, mixed
from nntrain.search.engine import Proposal, Waiting

_silence = partial(warnings.catch_warnings, action="ignore")  # of what is experimental or deprecated


def _make_study(sampler: Any, search: Search) -> Any:
    """Return a study in memory. Its name is fixed, because Optuna's Hyperband draws a trial's bracket from it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    options, direction = search.tune.pruner, f"{search.direction}imize"
    pruner = extensions.module_of(options).make(options) if options else optuna.pruners.NopPruner()
    study = optuna.create_study(study_name="nntrain", sampler=sampler, pruner=pruner, direction=direction)
    study.stop = lambda: None  # an exhausted sampler calls it, which raises outside of `optimize`
    return study


@dataclass
class StudyTrial:
    """Optuna's trial, and how it ended."""

    asked: Any
    pruned: bool = False
    score: float | None = None


class StudyEngine:
    """A search engine that asks a study, whose sampler is of the class `kind`, made with these options.

    every_level: whether ranges too are a list of values. repeats: how often the sampler may repeat itself until an
    untried set of values is drawn instead.
    """

    def __init__(
        self, kind: type, search: Search, options: Mapping[str, Any] = {}, every_level: bool = False, repeats: int = 10
    ) -> None:
        self.ended = ""
        self._repeats = repeats
        with _silence():
            self._study = _make_study(kind(**options, seed=mixed(search.tune.seed)), search)
        self._coding = Encoding(search.space, every_level)
        self._space = search.space
        self._generator = random.Random(mixed(search.tune.seed))
        self._trials: list[StudyTrial | None] = []  # None for the config's own values outside the space
        self._known: dict[tuple[tuple[str, Any], ...], StudyTrial] = {}

    def ask(self) -> Proposal | Waiting | None:
        """Return the next proposal."""
        if not self._trials:
            if self._coding.own is None:
                self._trials.append(None)
                return Proposal(dict(self._space.own))
            self._study.enqueue_trial(self._coding.own)
        if self.ended or len(self._known) == self._space.size:
            self.ended = "the space is exhausted"
            return None
        with _silence():
            return self._new() or self._drawn()

    def _new(self) -> Proposal | None:
        """Return what the sampler proposes; a repeated proposal gets the known score, and another one is asked for."""
        for _ in range(self._repeats):
            asked = self._study.ask()
            codes = self._coding.codes(partial(_suggest, asked))
            key = tuple(codes.items())
            if key not in self._known:
                self._known[key] = StudyTrial(asked)
                self._trials.append(self._known[key])
                return Proposal(self._coding.decode(codes))
            known = self._known[key]  # without a score where it has failed or still runs
            self._tell(asked, None if known.pruned else known.score)
        return None

    def _drawn(self) -> Proposal | None:
        """Return an untried set of values, drawn at random; None when none is found."""
        for _ in range(1000 + 50 * (self._space.size or 0)):
            codes = self._coding.draw(self._generator)
            if tuple(codes.items()) not in self._known:
                self._study.enqueue_trial(codes)
                return self._new()
        self.ended = "the space is exhausted"
        return None

    def _tell(self, asked: Any, score: float | None) -> None:
        from optuna.trial import TrialState

        self._study.tell(asked, score, state=TrialState.FAIL if score is None else None)

    def report(self, number: int, epoch: int, score: float) -> bool:
        """Return whether the pruner stops the trial after this epoch."""
        trial = self._trials[number]
        if trial is None:
            return False
        with _silence():
            trial.asked.report(score, epoch)
            trial.pruned = bool(trial.asked.should_prune())
        return trial.pruned

    def tell(self, number: int, score: float | None, epochs: int) -> None:
        """Take the score of a trial; that of a pruned one is its last report."""
        from optuna.trial import TrialState

        trial = self._trials[number]
        if trial is None:
            return
        trial.score = score
        with _silence():
            if trial.pruned and score is not None:
                self._study.tell(trial.asked, state=TrialState.PRUNED)
            else:
                self._tell(trial.asked, score)


def _suggest(asked: Any, one: EncodedParameter) -> Any:
    parameter = one.parameter
    if parameter.kind in ("choice", "bool"):
        return asked.suggest_categorical(one.name, range(len(parameter.options)))
    if one.levels is not None:
        return asked.suggest_int(one.name, 0, len(one.levels) - 1)
    if parameter.kind == "int":
        return asked.suggest_int(one.name, int(parameter.low), int(parameter.high), log=parameter.log)
    return asked.suggest_float(one.name, parameter.low, parameter.high, log=parameter.log)
