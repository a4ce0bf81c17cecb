"""`train.on_disease`: a training that goes badly stops halfway, and with `cure` it is trained again as prescribed."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nntrain.config.load import Config, from_document
from nntrain.doctor.prescription import assigned
from nntrain.errors import ConfigError, Diverged, Problem
from nntrain.runs import ensembles, experiment
from nntrain.runs.experiment import Result
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.run_context import ALONE, RunContext

MOST_CURES = 3  # trainings after the first
_OPTION = ("train", "on_disease")
_LEAVE_OUT = "leave `on_disease` out"


def refuse_blind(config: Config, context: RunContext) -> None:
    """Raise ConfigError where a training is to be stopped by a doctor that does not look at it."""
    if config.experiment.train.on_disease == "warn":
        return
    if not context.doctor:
        raise _refused(config, "the doctor is not to look at this training, so `on_disease` cannot act", _LEAVE_OUT)
    if context.distribution is not None:
        raise _refused(config, "the doctor does not look at a training on several devices", _LEAVE_OUT)


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
    hidden = replace(context, show=None)
    best = _outcome(config, runs_dir, name, terminal, hidden)
    cures = best.cures()
    for _ in range(MOST_CURES):
        if not cures:
            break
        cure = cures.pop(0)
        words = " ".join(f"--set '{line}'" for line in cure["set"])
        terminal.note(f"{best.run_dir} suffers from `{cure['disease']}`; it is trained again with {words}")
        treated = from_document(assigned(best.config.document, cure["set"]))
        again = _outcome(treated, runs_dir, name, terminal, hidden)
        is_better = again.score > best.score
        _record_cure(best.run_dir, cure, again.run_dir, is_better)
        terminal.note(f"{again.run_dir} is {'better' if is_better else 'not better'} than {best.run_dir}")
        if is_better:
            best, cures = again, again.cures()
    if best.error is not None:
        raise best.error
    if context.show is not None and best.result is not None:
        context.show(best.result)
    return best.result


def _outcome(config: Config, runs_dir: Path, name: str, terminal: Terminal, context: RunContext) -> _Outcome:
    try:
        result = experiment.train(config, runs_dir, name, terminal, context)
    except Diverged as error:
        if error.run is None:
            raise
        return _Outcome(config, RunDir(error.run), error=error)
    return _Outcome(config, result.run_dir, result)


def _record_cure(before: RunDir, cure: dict[str, Any], again: RunDir, is_better: bool) -> None:
    """Write to environment.json of both runs that the second one is a treatment of the first."""
    tried = {"of": before.path.name, "disease": cure["disease"], "set": cure["set"]}
    again.write_json(run_files.ENVIRONMENT, {**again.read_json(run_files.ENVIRONMENT), "cure": tried})
    if is_better:
        content = {**before.read_json(run_files.ENVIRONMENT), "cured_by": again.path.name}
        before.write_json(run_files.ENVIRONMENT, content)
