"""Runs, groups and searches side by side: what differs in their configs, and how well they do on the same rows."""

import contextlib
import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from nntrain.config.load import Config, load_run
from nntrain.config.settings import Settings, differing, is_of_training, settings
from nntrain.data.dataset import Dataset, load_data
from nntrain.errors import ConfigError, DataError, NNTrainError
from nntrain.evaluation import scores
from nntrain.evaluation.evaluate import refuse_other_data
from nntrain.model.restore import load_model
from nntrain.storage import run_files
from nntrain.storage.find_runs import Group, Search, is_run
from nntrain.storage.run_dir import RunDir
from nntrain.training.scorer import Scorer

Rows = Sequence[Mapping[str, float]]


@dataclass(frozen=True)
class Contender:
    """A run, the mean of a group, or the best trial of a search.

    `metrics` are of the validation split, or of the training split where there is none. `each` is the score of every
    row of that split (1 for a right class, or the absolute error), or of every run of a group by its name. It is None
    where there is no model.
    """

    name: str
    place: RunDir
    settings: Settings
    metrics: Mapping[str, float] = field(default_factory=dict)
    split: str = ""
    each: np.ndarray | None = None
    members: tuple[str, ...] = ()
    curves: tuple[Rows, ...] = ()
    data: str = ""
    parameters: int = 0
    epochs: int = 0
    seconds: float = 0.0
    remark: str = ""
    most: float = math.inf  # of a value in `each`; the least is 0

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the mean of `each`: bootstrap over the rows, or Student's over the runs of a group."""
        if self.each is None:
            return math.nan, math.nan
        if self.members:
            found = scores.summarize(self.each, (0.0, self.most))
            return found.low, found.high
        return scores.bootstrap_interval(self.each)

    @property
    def score(self) -> float:
        """The mean of `each`; NaN without one."""
        return math.nan if self.each is None else float(self.each.mean())


@dataclass(frozen=True)
class Comparison:
    """Contenders, the best first, and whether more of the score is better."""

    contenders: tuple[Contender, ...]
    is_accuracy: bool

    @property
    def paths(self) -> list[str]:
        """Where the configs differ: values that all have, and what some lack, but nothing below a name that differs."""
        every = [one.settings for one in self.contenders]
        shared = differing(every)
        extra = dict.fromkeys(path for one in every for path in one if any(path not in other for other in every))
        own = [path for path in extra if not any(path.startswith(f"{above}.") for above in shared)]
        leaves = [path for path in own if not any(other.startswith(f"{path}.") for other in own)]
        return shared + [path for path in leaves if is_of_training(path)]

    @property
    def metrics(self) -> list[str]:
        """The metrics that all contenders have which have any, the loss first: one that diverged at once has none."""
        first, *others = [one.metrics for one in self.contenders if one.metrics] or [{}]
        return [name for name in first if all(name in other for other in others)]

    @property
    def has_other_data(self) -> bool:
        """Whether some have other data, or other splits of them; of one that ended before it began none are known."""
        return len({one.data for one in self.contenders if one.data}) > 1

    @property
    def notes(self) -> Iterator[str]:
        """What makes the comparison unfair."""
        if self.has_other_data:
            yield "the data differ, so the scores are of different rows, and no test compares them"
        if len({one.split for one in self.contenders if one.split}) > 1:
            yield "the splits differ: those without a validation split show their training split"
        only = {name for one in self.contenders for name in one.metrics} - set(self.metrics)
        if only:
            yield f"not all have the metrics {', '.join(f'`{name}`' for name in sorted(only))}, which are left out"
        yield from (f"{one.name}: {one.remark}" for one in self.contenders if one.remark)

    def p_value(self, other: Contender) -> float:
        """Return the chance of such a difference from the best one if both were equally good; NaN without a test.

        Of two runs on the same rows: for classes the exact test of McNemar (1947), for numbers the sign-flipping
        permutation test of the paired differences. Of two groups with runs of the same names: Student's paired test.
        """
        best = self.contenders[0]
        if best is other or best.each is None or other.each is None or best.data != other.data:
            return math.nan
        if best.members != other.members or len(best.each) != len(other.each):
            return math.nan
        return _paired(best.each, other.each, groups=bool(best.members), right_or_wrong=self.is_accuracy)


def _paired(one: np.ndarray, other: np.ndarray, groups: bool, right_or_wrong: bool) -> float:
    from scipy import stats

    difference = one - other
    if not np.isfinite(difference).all() or not difference.any():
        return 1.0
    if groups:
        return scores.paired_p_value(one, other)
    if right_or_wrong:
        better, worse = int((difference > 0).sum()), int((difference < 0).sum())
        return float(stats.binomtest(better, better + worse).pvalue)
    options = {"permutation_type": "samples", "n_resamples": 2000, "batch": 200}
    test = stats.permutation_test((difference,), np.mean, rng=np.random.default_rng(0), **options)
    return float(test.pvalue)


def compare(places: Sequence[RunDir]) -> Comparison:
    """Return the contenders with their scores; each needs its data and its model, or shows what its files hold.

    Raises ConfigError where some predict classes and others numbers.
    """
    cache: dict[str, Dataset] = {}
    found = [_contender(place, cache) for place in places]
    classes = {one.name: known for one in found if (known := _has_classes(one)) is not None}
    if len(set(classes.values())) > 1:
        first = {known: name for name, known in reversed(classes.items())}
        message = f"`{first[True]}` predicts classes and `{first[False]}` numbers, which have no score in common"
        raise ConfigError(message, help="compare runs of one task")
    is_accuracy = any(classes.values())
    best = sorted(found, key=lambda one: _order(one.score, is_accuracy))
    return Comparison(tuple(best), is_accuracy)


def _order(score: float, is_accuracy: bool) -> tuple[bool, float]:
    return math.isnan(score), -score if is_accuracy else score


def _has_classes(one: Contender) -> bool | None:
    """Return whether a run predicts classes; None where it has no model."""
    run = RunDir(one.place.path / one.members[0]) if one.members else one.place
    facts = run.path / run_files.MODEL_FACTS
    return bool(run.read_json(run_files.MODEL_FACTS).get("classes")) if facts.is_file() else None


def _contender(place: RunDir, cache: dict[str, Dataset]) -> Contender:
    if isinstance(place, Group):
        return _group(place, cache)
    if isinstance(place, Search):
        summary = place.read_json(run_files.SUMMARY) if (place.path / run_files.SUMMARY).is_file() else {}
        best = (summary.get("best") or {}).get("run")
        trial = RunDir(place.path / str(best)) if best else None
        if trial is None or not trial.path.is_dir():
            raise NNTrainError(f"`{place}` has no best trial", help="wait for a trial to end")
        run = trial if is_run(trial.path) else RunDir(trial.path / "repeat-1")
        return replace(_run(run, cache), name=f"{place.path.name}/{best}")
    return _run(place, cache)


def _group(place: RunDir, cache: dict[str, Dataset]) -> Contender:
    """Return the mean of a group's runs."""
    members = [RunDir(path.parent) for path in sorted(place.path.glob(f"*/{run_files.RESOLVED}"))]
    found = [one for one in (_run(member, cache) for member in members) if one.each is not None]
    if not found:
        again = f"nntrain resume {shlex.quote(str(place))}"
        raise NNTrainError(f"no run of `{place}` has ended", help=f"resume it with `{again}`")
    metrics = {name: float(np.mean([one.metrics[name] for one in found])) for name in found[0].metrics}
    return replace(
        found[0],
        name=place.path.name,
        place=place,
        metrics=metrics,
        each=np.array([one.score for one in found]),
        members=tuple(one.place.path.name for one in found),
        curves=tuple(curve for one in found for curve in one.curves),
        data=" ".join(dict.fromkeys(one.data for one in found)),
        epochs=round(float(np.mean([one.epochs for one in found]))),
        seconds=float(np.mean([one.seconds for one in found])),
        remark="" if len(found) == len(members) else f"{len(members) - len(found)} of its runs have not ended",
    )


def _run(place: RunDir, cache: dict[str, Dataset]) -> Contender:
    """Return a run with its scores, or without them where it has no model or its data are gone."""
    begun = Contender(place.path.name, place, settings(place), curves=tuple(_curves(place)))
    with contextlib.suppress(NNTrainError):
        begun = replace(begun, data=str(place.read_json(run_files.ENVIRONMENT).get("data_sha256", "")))
        summary = place.read_json(run_files.SUMMARY)  # one that has not ended has none
        counts = {"epochs": summary.get("epochs", 0), "seconds": summary.get("seconds", 0.0)}
        begun = replace(begun, parameters=summary.get("parameters", {}).get("trainable", 0), **counts)
    try:
        return _scored(begun, cache)
    except (NNTrainError, DataError) as error:
        epochs = begun.epochs or max(map(len, begun.curves), default=0)
        return replace(begun, metrics=_last(begun.curves), epochs=epochs, remark=error.problems[0].message)


def _scored(begun: Contender, cache: dict[str, Dataset]) -> Contender:
    config = load_run(begun.place)
    data = _data(config, cache)
    refuse_other_data(begun.place, data)
    saved = load_model(begun.place)
    name = "validation" if data.validation is not None else "train"
    split, scorer = data.splits[name], Scorer.restored(saved, data.train.x)
    predicted = scorer.predicted(split.x)
    classes = bool(saved.resolved.schema.classes)
    each = predicted == split.y if classes else np.abs(predicted - split.y).mean(axis=1, dtype="float64")
    return replace(
        begun,
        metrics=scorer.evaluate(split),
        split=name,
        each=each.astype("float64"),
        most=1.0 if classes else math.inf,
    )


def _data(config: Config, cache: dict[str, Dataset]) -> Dataset:
    key = repr(config.experiment.data)
    if key not in cache:
        cache[key] = load_data(config)
    return cache[key]


def _curves(place: RunDir) -> Iterator[Rows]:
    with contextlib.suppress(NNTrainError):
        rows = [{name: float(cell) for name, cell in row.items() if cell} for row in place.read_rows()]
        if rows:
            yield rows


def _last(curves: Sequence[Rows]) -> dict[str, float]:
    """Return the validation metrics of the last epoch."""
    last = curves[0][-1] if curves else {}
    return {name.removeprefix("val_"): value for name, value in last.items() if name.startswith("val_")}
