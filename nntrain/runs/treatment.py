"""`train.on_disease`: a training that goes badly stops halfway, and with `cure` it is trained again as prescribed."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nntrain.config.load import Config, from_document, load_run
from nntrain.doctor.prescription import assigned
from nntrain.errors import ConfigError, Diverged, Problem
from nntrain.runs import diagnosis, ensembles, experiment, treated_runs
from nntrain.runs import resume as resume_run
from nntrain.runs.experiment import Result
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.prepare import prepare
from nntrain.training.run_context import ALONE, RunContext

_OPTION = ("train", "on_disease")
_LEAVE_OUT = "leave `on_disease` out"


def refuse_blind(config: Config, context: RunContext, help: str = _LEAVE_OUT) -> None:
    """Raise ConfigError where a training is to be stopped by a doctor that does not look at it."""
    if config.experiment.train.on_disease == "warn":
        return
    if not context.doctor:
        raise _refused(config, "the doctor is not to look at this training, so `on_disease` cannot act", help)
    if context.distribution is not None:
        raise _refused(config, "the doctor does not look at a training on several devices", help)


def refuse_in_group(config: Config) -> None:
    """Raise ConfigError where each run of a group would be followed by others."""
    if config.experiment.train.on_disease == "cure":
        message = "`on_disease: cure` trains further runs, for which a group of seeds or folds has no place"
        raise _refused(config, message, "write `on_disease: stop`, or cure the config with a single `fit` first")


def _refused(config: Config, message: str, help: str) -> ConfigError:
    return ConfigError(problems=config.document.in_order([Problem(message, _OPTION, help)]))


@dataclass(frozen=True)
class _Outcome:
    """A training that has ended: its config, and its result, or its error where it diverged."""

    config: Config
    run_dir: RunDir
    result: Result | None = None
    error: Diverged | None = None

    @property
    def is_ill(self) -> bool:
        diagnosis = None if self.result is None else self.result.diagnosis
        return self.result is None or (diagnosis is not None and diagnosis.is_ill)

    @property
    def score(self) -> float:
        """The score on the validation split, else on the training split; that of a diverged training is the worst."""
        found = None if self.result is None or self.result.diagnosis is None else self.result.diagnosis.score
        return float("-inf") if found is None else found

    def cures(self) -> list[dict[str, Any]]:
        """Return the findings that have assignments, worst first; none where the training went well."""
        if not self.is_ill or not (self.run_dir.path / run_files.DIAGNOSIS).is_file():
            return []
        findings = self.run_dir.read_json(run_files.DIAGNOSIS).get("findings", ())
        return [found for found in findings if found["set"] and found["severity"] != "note"]


def fit(config: Config, runs_dir: Path, name: str, terminal: Terminal, context: RunContext = ALONE) -> Result | None:
    """Train a config as `experiment.fit` does; with `on_disease: cure` treat a training that went badly.

    The best training so far is treated by the worst finding whose cure was not tried on it. Each training is a run of
    its own: environment.json of a run that was cured has `cured_by`, the name of the better one; that of a treatment
    has `cure`: the run before, the disease and the assignments. Returns the result of the best one, None where another
    worker writes it. Raises as `experiment.fit` does, Diverged only if all diverge.
    """
    if config.experiment.train.ensemble is not None:
        return ensembles.fit(config, runs_dir, name, terminal, context)
    if config.experiment.train.on_disease != "cure":
        return experiment.fit(config, runs_dir, name, terminal, context)
    course = _Course(runs_dir, name, terminal, replace(context, show=None))
    first = course.begin(config, treated_runs.given(config, name))
    return _shown(course.treat(first), context)


def resume(run_dir: RunDir, allow_changed: bool, terminal: Terminal, context: RunContext = ALONE) -> Result | None:
    """Train the rest of a treatment, as `fit` would have gone on; None where it has ended.

    run_dir: the first run of the treatment. Raises as `resume` of a run and `fit` do.
    """
    best = treated_runs.best_of(run_dir)
    if best is not None and best.has_succeeded:
        return None
    config, given = treated_runs.config_of(run_dir), run_dir.read_json(run_files.ENVIRONMENT, "given")["given"]
    hidden = replace(context, show=None)
    course = _Course(run_dir.path.parent, given["name"], terminal, hidden, allow_changed)
    return _shown(course.treat(course.go_on(config, run_dir)), context)


def _shown(best: _Outcome, context: RunContext) -> Result:
    """Show the result of the best training; raises Diverged where all have diverged."""
    if best.result is None:
        raise best.error or Diverged("the training diverged")
    if context.show is not None:
        context.show(best.result)
    return best.result


@dataclass(frozen=True)
class _Course:
    """The trainings of a treatment: the folder of their runs, and the name that the first was to have."""

    runs_dir: Path
    name: str
    terminal: Terminal
    context: RunContext
    allow_changed: bool = False

    def treat(self, first: _Outcome) -> _Outcome:
        """Train what is prescribed, as long as that may help; return the best outcome. No other process does so."""
        with first.run_dir.locked():
            best, cures = first, first.cures()
            for _ in range(treated_runs.MOST_CURES):
                if not cures:
                    break
                cure = cures.pop(0)
                again = self._treated(best, cure)
                if again.score > best.score:
                    treated_runs.note(best.run_dir, cured_by=again.run_dir.path.name)
                    self.terminal.note(f"{again.run_dir} is better than {best.run_dir}")
                    best, cures = again, again.cures()
                else:
                    self.terminal.note(f"{again.run_dir} is not better than {best.run_dir}")
            treated_runs.note(first.run_dir, best=best.run_dir.path.name)
            return best

    def _treated(self, ill: _Outcome, cure: dict[str, Any]) -> _Outcome:
        """Train a config again as prescribed, or the rest of that where it has begun."""
        words = " ".join(f"--set '{line}'" for line in cure["set"])
        self.terminal.note(f"{ill.run_dir} suffers from `{cure['disease']}`; it is trained again with {words}")
        config = from_document(assigned(ill.config.document, cure["set"]))
        begun = treated_runs.treatment_of(ill.run_dir, cure)
        if begun is not None:
            again = self.go_on(config, begun)
        else:
            if lost := treated_runs.lost(ill.run_dir, cure):
                self.terminal.note(f"warning: that run, `{lost}`, is not there any more, and is trained once more")
            again = self.begin(config, treated_runs.cure_of(ill.run_dir, cure))
        treated_runs.note_tried(ill.run_dir, again.run_dir, cure)
        return again

    def begin(self, config: Config, noted: dict[str, Any]) -> _Outcome:
        """Train a config in a new run directory; noted: what environment.json holds of it from the start."""
        context = replace(self.context, noted=noted)
        try:
            result = experiment.train(config, self.runs_dir, self.name, self.terminal, context)
        except Diverged as error:
            if error.run is None:
                raise
            return _Outcome(config, RunDir(error.run), error=error)
        return _Outcome(config, result.run_dir, result)

    def go_on(self, config: Config, run_dir: RunDir) -> _Outcome:
        """Train the rest of a run; return how it has ended where nothing is left."""
        if lines := run_dir.read_log():
            self.terminal.log[:] = lines
        try:
            return _Outcome(config, run_dir, self._rest_of(config, run_dir))
        except Diverged as error:
            return _Outcome(config, run_dir, error=error)

    def _rest_of(self, config: Config, run_dir: RunDir) -> Result:
        """Return the result of a run that is resumed, or has ended; raises Diverged where it has diverged.

        It is prepared from the config as it was given, by whose paths the doctor names what it finds.
        """
        prepared = prepare(config, initialize=False)
        if experiment.resolved_text(prepared.resolved.experiment) != run_dir.read_text(run_files.RESOLVED):
            prepared = prepare(load_run(run_dir), initialize=False, data=prepared.data)  # it was edited
        with run_dir.locked():
            status = run_dir.read_json(run_files.ENVIRONMENT).get("exit_status")
            if status not in (0, Diverged.exit_code):
                training = experiment.Training(prepared, run_dir, self.terminal, self.context)
                return resume_run.resume_prepared(training, allow_changed=self.allow_changed)
        resume_run.refuse_changes(run_dir, prepared.data, self.allow_changed)
        summary, found = run_dir.read_json(run_files.SUMMARY, "stopped"), diagnosis.of_prepared(run_dir, prepared)
        if status == Diverged.exit_code:
            raise diagnosis.with_cause(Diverged(summary["stopped"]), found, run_dir)
        return Result(run_dir, summary, diagnosis=found)
