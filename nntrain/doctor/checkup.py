"""The doctor's visits: before a training, at its end, and to a run that has ended."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from nntrain.config.messages import counted
from nntrain.doctor import guessing, vital_signs
from nntrain.doctor.case import Case
from nntrain.doctor.course import Course, Score
from nntrain.doctor.examine import examine
from nntrain.doctor.finding import Finding
from nntrain.doctor.probe import Probe
from nntrain.doctor.statistics import Statistics
from nntrain.doctor.vital_signs import VitalSigns
from nntrain.errors import Diverged
from nntrain.model.build import encode_labels
from nntrain.progress import ProgressWatcher
from nntrain.storage.run_files import DOCTOR_FOUND
from nntrain.terminal import Terminal
from nntrain.training import trainer
from nntrain.training.history import History, Row
from nntrain.training.job import Job, Plan
from nntrain.training.prepare import Prepared
from nntrain.training.program_cache import copy_variables
from nntrain.training.programs.arrays import Arrays
from nntrain.training.run_context import ALONE
from nntrain.training.scorer import Scorer

LEAST_EPOCHS = 4  # before the curves say anything


@dataclass(frozen=True)
class Diagnosis:
    """The findings, worst first, with the scores and the measurements that they come from.

    is_early: whether the training was cut so early that the scores say little yet.
    """

    findings: Sequence[Finding]
    scores: Mapping[str, Score]
    signs: Sequence[Mapping[str, Any]] = ()
    regression: bool = False
    is_ill: bool = False
    is_early: bool = False

    @property
    def score(self) -> float | None:
        """The score on the validation split, else on the training split."""
        found = self.scores.get("validation", self.scores.get("train"))
        return None if found is None else found.score

    def lines(self, run: str = "RUN", most: int = 3) -> list[str]:
        """Return the worst findings as `fit` prints them at its end, and the score beside that of guessing.

        Notes are left out, and the warnings about the data, which it has printed at its start.
        """
        shown = [each for each in self.findings if each.severity != "note" and not each.is_printed][:most]
        lines = [line for finding in shown for line in finding.lines()]
        rest = [each for each in self.findings if each not in shown]
        kind = ("more " if shown else "") + ("note" if all(each.severity == "note" for each in rest) else "finding")
        where = f"`nntrain doctor {run}` prints {'them' if len(rest) > 1 else 'it'}"
        return [*self.compared(), *lines, *([f"{counted(len(rest), kind)}: {where}"] if rest else [])]

    def compared(self) -> list[str]:
        """Return a line for the split that counts: the score, that of guessing, that of a linear model."""
        name = "validation" if "validation" in self.scores else "train"
        if name not in self.scores:
            return []
        score = self.scores[name]
        part = f" on {score.rows:,} of {score.all_rows:,} rows" if score.rows < score.all_rows else ""
        linear = "" if score.linear is None else f", of a linear model {score.linear:.4f}"
        early = ["the training was cut early: this score says little yet"] if self.is_early else []
        if self.regression:
            return [f"{name} R² {score.score:.4f}{part}; of predicting the mean {score.guess:.4f}{linear}", *early]
        return [f"{name} accuracy {score.score:.4f}{part}; of the majority class {score.guess:.4f}{linear}", *early]

    def findings_as_json(self) -> dict[str, Any]:
        """Return the findings, worst first, as `--json` prints them."""
        return {"findings": [finding.as_json() for finding in self.findings]}

    def as_json(self) -> dict[str, Any]:
        """Return the content of diagnosis.json."""
        return {
            **self.findings_as_json(),
            "scores": {name: asdict(score) for name, score in self.scores.items()},
            "signs": list(self.signs),
        }


def case_of(prepared: Prepared, course: Course | None = None, signs: tuple[VitalSigns, ...] = ()) -> Case:
    """Return what the rules look at."""
    return Case(prepared, Statistics(prepared), course, signs)


def before(prepared: Prepared, reported: bool = False) -> Diagnosis:
    """Examine a config, its data and its model before the first step.

    reported: whether the warnings of the config and of the data are printed already, and are left out.
    """
    part = prepared.data.train
    data = Arrays(part.x, encode_labels(part.y, prepared.resolved))
    signs = Probe(prepared.model, case_of(prepared).placed, data).measure(0)
    return Diagnosis(examine(case_of(prepared, None, (signs,)), reported), {}, (signs.as_json(),))


def observed(job: Job, prepared: Prepared) -> Job:
    """Return the job with a probe that measures its model now and then."""
    placed = case_of(prepared).placed
    return replace(job, observe=Probe(job.program.model, placed, job.training))


def after(prepared: Prepared, scorer: Scorer, history: History, plan: Plan, diverged: str = "") -> Diagnosis:
    """Examine a training that has ended; `diverged` is the message of the error, if it did."""
    scores = guessing.scores(prepared.data, scorer) if history.rows and not diverged else {}
    cut = history.reason.startswith(("the limit of", DOCTOR_FOUND))
    course = replace(_course(history, plan, scores), stopped=history.reason, cut=cut, diverged=diverged)
    return examined(prepared, course, history.signs)


def _course(history: History, plan: Plan, scores: dict[str, Score]) -> Course:
    return Course(history.rows, plan.epochs, history.best_epoch, plan.monitor, plan.save, scores=scores)


@dataclass(frozen=True)
class Halfway:
    """Judges a training in the middle: why to stop it there, if it has learned nothing. It depends on no clock."""

    prepared: Prepared
    scorer: Scorer
    history: History
    plan: Plan
    probe: Probe

    def __call__(self, row: Row) -> str:
        """Return the reason to stop after this epoch, or nothing."""
        if row["epoch"] != max(LEAST_EPOCHS, self.plan.epochs // 2):
            return ""
        scores = guessing.scores(self.prepared.data, self.scorer)
        course = replace(_course(self.history, self.plan, scores), cut=True)
        now = self.probe.measure(len(self.history.rows)).as_json()
        signs = vital_signs.read([*self.history.signs[:1], now])
        case = case_of(self.prepared, course, signs)
        serious = (each for each in examine(case) if each.severity != "note" and not each.symptom)
        cause = next(serious, None) if case.has_learned_nothing else None
        return f"{DOCTOR_FOUND} `{cause.disease}`" if cause else ""


def judged(job: Job, prepared: Prepared, scorer: Scorer, history: History) -> Job:
    """Return an observed job that stops halfway where the training goes badly."""
    probe = cast(Probe, job.observe)
    probe.is_timed = False  # what is prescribed must not depend on a clock
    return replace(job, judge=Halfway(prepared, scorer, history, job.plan, probe))


def tried(prepared: Prepared, seconds: float) -> Diagnosis:
    """Train for at most this many seconds, without a run directory, and examine how that went."""
    scorer = trainer.make_scorer(prepared, ALONE)
    silent = ProgressWatcher(Terminal(quiet=True))
    job = observed(trainer.make_job(prepared, scorer, ALONE, silent, None), prepared)
    limit = min(seconds, job.plan.max_seconds or seconds)
    job, history, diverged = replace(job, plan=replace(job.plan, max_seconds=limit)), History(), ""
    try:
        trainer.fit(job, history, None, prepared.model, None)
    except Diverged as error:
        diverged = error.problems[0].message
    copy_variables(scorer.program.model, prepared.model)
    return after(prepared, scorer, history, job.plan, diverged)


def examined(prepared: Prepared, course: Course, signs: Sequence[Mapping[str, Any]]) -> Diagnosis:
    """Examine how a training went, by its rows, scores and measurements."""
    case = case_of(prepared, course, vital_signs.read([dict(each) for each in signs]))
    return Diagnosis(examine(case), course.scores, signs, case.is_regression, case.is_ill, case.is_early)
