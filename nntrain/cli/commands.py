"""What the commands do, in the order in which a user sees it: the config first, TensorFlow only when it is right."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntrain import backend
from nntrain.cli.checked_config import checked
from nntrain.cli.placement import Placement, Where
from nntrain.config.load import Config, load
from nntrain.config.messages import counted
from nntrain.document.yaml_file import inline
from nntrain.errors import ConfigError, NNTrainError
from nntrain.storage import run_files
from nntrain.storage.atomic import write_text
from nntrain.storage.find_runs import find_group, find_run, find_search, first_member
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

if TYPE_CHECKING:
    from nntrain.training.run_context import RunContext


@dataclass(frozen=True)
class Fit:
    """What `nntrain fit` was asked for."""

    config: str
    assignments: tuple[str, ...]
    seed: int | None
    seeds: str | None
    folds: int | None
    name: str | None
    runs_dir: Path
    device: backend.Device
    verbose: bool
    devices: int | None = None
    workers: str | None = None
    worker: int | None = None

    def run(self, terminal: Terminal) -> None:
        """Trains once, or once for each seed or fold."""
        config = checked(self.config, self.assignments, self.seed, terminal)
        name = self.name or run_files.run_name(self.config)
        run_files.refuse_bad_name(name)
        run_files.refuse_bad_folder(self.runs_dir)
        place = Placement.of(self.device, self.devices, self.workers, self.worker)
        several = self._several(config)
        if several:
            place.refuse_group(help="leave `--seeds` and `--folds` out")
        text = config.document.data
        context = place.start(config, self.verbose, terminal, "fit")
        if several:
            self._run_all(several, name, terminal, text, context)
        else:
            self._run_one(config, name, terminal, text, context)

    def _several(self, config: Config) -> dict[str, Config]:
        from nntrain.runs import groups

        if self.seeds is not None and self.folds is not None:
            raise ConfigError("`--seeds` and `--folds` exclude each other", help="use one of the two")
        if self.seeds is not None and self.seed is not None:
            raise ConfigError("`--seed` and `--seeds` exclude each other", help="use one of the two")
        if self.seeds is not None:
            return groups.over_seeds(config, groups.parse_seeds(self.seeds))
        return groups.over_folds(config, self.folds) if self.folds is not None else {}

    def _run_one(self, config: Config, name: str, terminal: Terminal, text: bytes, context: "RunContext") -> None:
        from nntrain.runs import experiment
        from nntrain.training import trainer
        from nntrain.training.prepare import prepare

        prepared = prepare(config)
        if not context.writes:
            trainer.follow(prepared, context)
            return
        experiment.tell(prepared, terminal)
        run_dir = RunDir.create(self.runs_dir, name)
        result = experiment.run(prepared, run_dir, terminal, text, context)
        show_summary(result.summary, run_dir, terminal)
        run_dir.write_log(terminal.log)

    def _run_all(
        self,
        configs: dict[str, Config],
        name: str,
        terminal: Terminal,
        text: bytes,
        context: "RunContext",
    ) -> None:
        from nntrain.runs import experiment, groups
        from nntrain.training.prepare import prepare

        experiment.tell(prepare(next(iter(configs.values()))), terminal)
        place = RunDir.create(self.runs_dir, name)
        kind = "seeds" if self.seeds is not None else "folds"
        summary = groups.run_all(configs, kind, place, terminal, text, context)
        show_statistics(summary, place, terminal)


def with_init(assignments: Sequence[str], source: str | None, runs: Path) -> tuple[str, ...]:
    """The assignments, and `--init-from` as one of them; a run may be given by its name."""
    if source is None:
        return tuple(assignments)
    found = next((place for place in (Path(source), runs / source) if place.exists()), Path(source))
    return (*assignments, f"train.init_from={inline(str(found.absolute()))}")


def check(file: str, assignments: Sequence[str], build: bool, verbose: bool, terminal: Terminal) -> None:
    """Finds every error; with `build`, those too that only the data and Keras can tell."""
    config = checked(file, assignments, None, terminal, whole=True)
    model = ""
    if build:
        backend.start("cpu", verbose)
        from nntrain.runs import experiment, results
        from nntrain.training.prepare import prepare

        prepared = prepare(config)
        experiment.tell(prepared, terminal)
        count = results.count_parameters(prepared.model)
        layers, parameters = counted(len(prepared.model.layers), "layer"), counted(count["total"], "parameter")
        model = f", {layers}, {parameters}"
    terminal.event("check", {"file": file, "errors": 0})
    terminal.line(f"{file} is right{model}")


def show_summary(summary: dict[str, Any], run_dir: RunDir, terminal: Terminal) -> None:
    """The metrics of every split, the best epoch and the way to the run directory."""
    terminal.event("summary", {"run": str(run_dir), **summary})
    metrics: dict[str, dict[str, float]] = summary["metrics"]
    names = list(metrics["train"])
    rows = [[split, summary["rows"][split], *(found[name] for name in names)] for split, found in metrics.items()]
    terminal.table("", ("split", "rows", *names), rows)
    kept = "best epoch" if summary["save"] == "best" else "last epoch"
    value = "" if summary["best_value"] is None else f", {summary['monitor']} {summary['best_value']:.4f}"
    terminal.line(f"{kept} {summary['best_epoch']} of {summary['epochs']}{value}; {summary['stopped']}")
    parameters = summary["parameters"]["total"]
    terminal.line(f"{parameters:,} parameters, {summary['seconds']:.1f} s, run in {run_dir}")


def show_statistics(summary: dict[str, Any], place: RunDir, terminal: Terminal) -> None:
    """Mean, spread and interval of every figure over the runs."""
    terminal.event("summary", {"run": str(place), **summary})
    columns = ("split", "figure", "mean", "sd", "95 % from", "to", "runs")
    rows = [
        [split, name, *(_or_dash(found[key]) for key in ("mean", "sd", "low", "high")), found["count"]]
        for split, metrics in summary["statistics"].items()
        for name, found in metrics.items()
    ]
    terminal.table("", columns, rows)
    terminal.line(f"{counted(len(summary['runs']), 'run')} in {place}")


def _or_dash(value: float | None) -> float | str:
    return "-" if value is None or math.isnan(value) else value


def evaluate(
    run: str, runs: Path, split: str | None, baselines: bool, device: backend.Device, verbose: bool, terminal: Terminal
) -> None:
    """Scores a run: metrics, interval, classes, confusion matrix, baselines."""
    run_dir = find_run(runs, run)
    backend.start(device, verbose)
    from nntrain.evaluation import evaluate

    found = evaluate.evaluate(run_dir, split, baselines)
    terminal.event("eval", found.as_json())
    terminal.table("", ("split", "rows", *found.metrics), [[found.split, found.rows, *found.metrics.values()]])
    low, high = found.interval
    terminal.line(f"{found.score} {found.value:.4f}, 95 % interval {low:.4f} to {high:.4f} (bootstrap over the rows)")
    for title, columns, rows in found.tables(run_dir.path.name):
        terminal.line("")
        terminal.table(title, columns, rows)


def predict(run: str, runs: Path, file: Path, output: Path | None, device: backend.Device, verbose: bool) -> None:
    """Writes a prediction for each row of a file."""
    run_dir = find_run(runs, run)
    backend.start(device, verbose)
    from nntrain.evaluation import predict as prediction

    text = prediction.predict(run_dir, file)
    if output is None:
        sys.stdout.write(text)
    else:
        write_text(output, text)


def resume(
    run: str,
    runs: Path,
    assignments: Sequence[str],
    allow_changed: bool,
    extend: bool,
    where: Where,
    verbose: bool,
    terminal: Terminal,
    refit: int | None = None,
) -> None:
    """Goes on with a run, a group or a search that was stopped, or trains a finished run for longer."""
    if search := find_search(runs, run):
        from nntrain.search.resume import ResumeSearch

        where.refuse_for_search()
        ResumeSearch(
            place=search,
            assignments=tuple(assignments),
            allow_changed=allow_changed,
            extend=extend,
            refit=refit,
            workers=where.pool(),
            device=where.device,
            verbose=verbose,
        ).run(terminal)
        return
    if extend or refit is not None or where.executor != "processes" or where.address is not None:
        message = f"`{run}` is no search: `--extend`, `--refit`, `--executor` and `--address` are for one"
        raise ConfigError(message, help="leave them out")
    place = where.placement()
    if group := find_group(runs, run):
        _resume_group(group, assignments, allow_changed, place, verbose, terminal)
        return
    run_dir = find_run(runs, run)
    from nntrain.search import search_files

    if assignments:
        search_files.refuse_longer(run_dir)
    terminal.log.extend(run_dir.read_log())
    context = place.start(load(run_dir.path / run_files.RESOLVED), verbose, terminal, "resume")
    from nntrain.runs import resume

    if not context.writes:
        resume.follow(run_dir, assignments, context)
        return
    result = resume.resume(run_dir, assignments, allow_changed, terminal, context)
    if result is None:
        further = f"; `--set {resume.option_to_lengthen(run_dir)}=...` trains it further"
        terminal.line(f"{run_dir} is finished{'' if search_files.is_trial(run_dir) else further}")
        terminal.event("finished", {"run": str(run_dir)})
        return
    show_summary(result.summary, run_dir, terminal)
    run_dir.write_log(terminal.log)


def _resume_group(
    group: RunDir,
    assignments: Sequence[str],
    allow_changed: bool,
    place: Placement,
    verbose: bool,
    terminal: Terminal,
) -> None:
    from nntrain.runs import groups

    help = f"resume one of its runs, such as `{group}/{first_member(group.path)}`"
    if assignments:
        raise ConfigError(f"the length of a group cannot be changed, and `{group}` is one", help=help)
    place.refuse_group(help)
    context = place.start(next(iter(groups.members(group).values())), verbose, terminal)
    summary = groups.resume_all(group, allow_changed, terminal, context)
    if summary is None:
        terminal.line(f"all runs of {group} are finished")
        terminal.event("finished", {"run": str(group)})
    else:
        show_statistics(summary, group, terminal)


def repro(run: str, runs: Path, device: backend.Device, verbose: bool, terminal: Terminal) -> None:
    """Trains a run again and says whether it came out the same; exit code 1 when not."""
    run_dir = find_run(runs, run)
    facts = run_dir.read_json(run_files.ENVIRONMENT)
    if facts.get("workers", 1) > 1:
        help = "train it again with `nntrain launch`, and compare the two metrics.csv"
        raise ConfigError(f"`{run_dir}` was trained by {facts['workers']} workers, `repro` is one", help=help)
    context = Placement(device, facts.get("devices", 1)).start(
        load(run_dir.path / run_files.RESOLVED), verbose, terminal
    )
    from nntrain.runs import reproduce

    told = reproduce.repeat(run_dir, terminal, context)
    terminal.event("repro", {"run": str(run_dir), "identical": not told, "difference": told})
    terminal.line(f"{run_dir}: {told or 'identical'}")
    if told:
        raise NNTrainError(
            f"`{run_dir}` did not come out the same", help="compare versions and device in environment.json"
        )


def devices(verbose: bool, terminal: Terminal) -> None:
    """What there is to compute on."""
    backend.start("auto", verbose)
    found = backend.devices()
    terminal.event("devices", {"devices": found})
    terminal.table("", ("device", "kind", "name"), [[each["device"], each["kind"], each["name"]] for each in found])
