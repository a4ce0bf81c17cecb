"""How much the score of a search depends on each parameter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntrain.canvas import NothingToDraw
from nntrain.config.search.space import Parameter, Space, Values
from nntrain.search.parameter_axis import axis
from nntrain.search.trial_table import Trial

if TYPE_CHECKING:
    import numpy as np

LEAST_TRIALS = 10
METHOD = "permutation importance of a random forest, on held-out trials, of the rank of the score"
_FOLDS, _SHUFFLES, _PERMUTATIONS, _TREES = 4, 5, 3, 100


@dataclass(frozen=True)
class ParameterImportance:
    """The parameters, the most important first."""

    paths: tuple[str, ...]
    drops: tuple[float, ...]  # of the forest's R² when the values are shuffled; about 0 if they do not matter
    spreads: tuple[float, ...]  # the standard deviation over the five splits of the trials into four folds
    r2: float  # of the forest on held-out trials, at most 1; near 0 or below, the drops have no meaning
    trials: int
    epochs: tuple[int, int]  # the fewest and the most of a trial; where they differ, the score may depend on them too


def measure(trials: Sequence[Trial], space: Space, seed: int = 0) -> ParameterImportance:
    """Return the permutation importance (Breiman 2001, Random Forests) of scikit-learn's random forest.

    * The forest predicts the rank of the score from the values; the rank, so that a diverged loss is not an outlier.
    * In 5 x 4-fold cross-validation, a parameter's importance is the rise of the squared error on the held-out trials
      when its values are shuffled among them, divided by the variance of the ranks.
    * Only trials that are done and have a finite score count.
    * A value is its place on the parameter's axis: an option by its index, a number with `log` by its logarithm.
    * Where a parameter is not active, it has the median of its values in the other trials: a separate level would
      reveal which option was chosen, and give a parameter below a choice the importance of the choice.
    * The same seed gives the same importance.

    Raises NothingToDraw where the trials are too few or too alike.
    """
    done = [trial for trial in trials if trial.status == "done" and trial.scored]
    if len(done) < LEAST_TRIALS:
        there = "there is 1" if len(done) == 1 else f"there are {len(done)}"
        raise NothingToDraw(f"importance needs {LEAST_TRIALS} finished trials, {there}")
    if len({trial.score for trial in done}) == 1:
        raise NothingToDraw("importance needs scores that differ")
    places, ranks = _table(done, space)
    if (places == places[0]).all():
        raise NothingToDraw("importance needs values that differ")
    return _importance(done, space, _rounds(places, ranks, seed))


def _table(done: Sequence[Trial], space: Space) -> "tuple[np.ndarray, np.ndarray]":
    """Return (trials, parameters) places of the values and (trials,) ranks of the scores, both float64."""
    import numpy as np
    from scipy.stats import rankdata

    columns = [_column(parameter, [trial.values for trial in done]) for parameter in space.parameters]
    return np.stack(columns, axis=1), rankdata([trial.score for trial in done])


def _column(parameter: Parameter, tried: Sequence[Values]) -> "np.ndarray":
    """Return (trials,) places of one parameter's values; where it is not active, the median of the others."""
    import numpy as np

    scale = axis(parameter, tried)
    places = np.array([scale.place(values) for values in tried], np.float64)
    active = np.array([parameter.path in values for values in tried])
    if parameter.condition and active.any():
        places[~active] = np.median(places[active])
    return places


def _rounds(places: "np.ndarray", ranks: "np.ndarray", seed: int) -> "np.ndarray":
    """Return (shuffles, 1 + parameters): R², then its drop for each parameter."""
    import numpy as np
    from sklearn.model_selection import KFold

    rounds = []
    for shuffle in range(_SHUFFLES):
        state = (seed + shuffle) % 2**32
        folds = KFold(_FOLDS, shuffle=True, random_state=state).split(places)
        parts = [len(held) * _errors(places, ranks, fitted, held, state) for fitted, held in folds]
        rounds.append(np.sum(parts, axis=0) / len(ranks) / ranks.var())
    found = np.array(rounds)
    found[:, 0] = 1 - found[:, 0]
    return found


def _errors(
    places: "np.ndarray", ranks: "np.ndarray", fitted: "np.ndarray", held: "np.ndarray", state: int
) -> "np.ndarray":
    """Return (1 + parameters,): the mean squared error on the held-out trials, then its rise for each parameter."""
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(_TREES, random_state=state).fit(places[fitted], ranks[fitted])
    tables = np.concatenate([places[held], *_shuffled(places[held], state)])
    predicted = forest.predict(tables).reshape(-1, len(held))  # at once: a call takes longer than its rows
    error, *errors = ((predicted - ranks[held]) ** 2).mean(axis=1)
    rises = (np.array(errors) - error).reshape(-1, _PERMUTATIONS).mean(axis=1)
    return np.concatenate([[error], rises])


def _shuffled(places: "np.ndarray", state: int) -> "Iterator[np.ndarray]":
    """Yield copies for each parameter, its values shuffled as by scikit-learn's `permutation_importance`."""
    import numpy as np

    seed = np.random.RandomState(state).randint(2**31)
    for column in range(places.shape[1]):
        random, order, copy = np.random.RandomState(seed), np.arange(len(places)), places.copy()
        for _ in range(_PERMUTATIONS):
            random.shuffle(order)
            copy[:, column] = copy[order, column]
            yield copy.copy()


def _importance(done: Sequence[Trial], space: Space, rounds: "np.ndarray") -> ParameterImportance:
    r2, *means = rounds.mean(axis=0).tolist()
    _, *deviations = rounds.std(axis=0, ddof=1).tolist()
    bars = zip([parameter.path for parameter in space.parameters], means, deviations, strict=True)
    paths, drops, spreads = zip(*sorted(bars, key=lambda bar: -bar[1]), strict=True)
    epochs = [trial.epochs for trial in done]
    return ParameterImportance(paths, drops, spreads, r2, len(done), (min(epochs), max(epochs)))
