"""One experiment several times, over seeds or over folds; each time is an ordinary run in a common folder."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntrain.config.load import Config, from_document, put
from nntrain.config.named import to_tree
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError, NNTrainError
from nntrain.storage import run_files
from nntrain.storage.find_runs import is_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, json_ready

if TYPE_CHECKING:
    from nntrain.evaluation.intervals import Summary
    from nntrain.training.run_context import RunContext


def parse_seeds(text: str) -> list[int]:
    """`3` is the seeds 1, 2, 3; `7,0,42` are these. Raises ConfigError for anything else."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() and len(part) < 10 for part in parts):
        raise ConfigError(
            f"`--seeds` takes a number or a list, got `{text}`", help="write `--seeds 5` or `--seeds 1,2,3`"
        )
    numbers = [int(part) for part in parts]
    seeds = list(range(1, numbers[0] + 1)) if len(numbers) == 1 and "," not in text else numbers
    if not seeds or len(seeds) > 1000 or len(set(seeds)) < len(seeds):
        raise ConfigError(f"`--seeds {text}` is no list of 1 to 1000 different seeds", help="write `--seeds 5`")
    return seeds


def over_seeds(config: Config, seeds: Sequence[int]) -> dict[str, Config]:
    """The config with each seed, by the name of its run."""
    return {f"seed-{seed}": _with(config, "seed", seed) for seed in seeds}


def over_folds(config: Config, count: int) -> dict[str, Config]:
    """The config with each of `count` folds as the test split, by the name of its run."""
    if not 2 <= count <= 1000:
        raise ConfigError(f"`--folds` takes a number from 2 to 1000, got `{count}`", help="write `--folds 10`")
    source = config.experiment.data.called()
    width = len(str(count))
    return {
        f"fold-{index:0{width}}": _with(config, f"data.{source}.fold", {"index": index, "count": count})
        for index in range(1, count + 1)
    }


def _with(config: Config, path: str, value: Any) -> Config:
    return from_document(put(config.document, path, value))


def run_all(
    configs: dict[str, Config],
    kind: str,
    place: RunDir,
    terminal: Terminal,
    text: bytes,
    context: "RunContext | None" = None,
) -> dict[str, Any]:
    """Runs each config in a folder of its own inside `place` and writes the summary of all; returns it.

    A run that fails is told and left out of the means; raises NNTrainError when none is left.
    """
    with place.locked():
        place.write(run_files.CONFIG, text)
        members = {name: to_tree(config.experiment) for name, config in configs.items()}
        place.write_json(run_files.GROUP, {"kind": kind, "members": members})  # the last one: now it can be resumed
        return _Group(configs, kind, place, terminal, text, context).run()


def resume_all(
    place: RunDir, allow_changed: bool, terminal: Terminal, context: "RunContext | None" = None
) -> dict[str, Any] | None:
    """Goes on with a group that was stopped, as if it had not been; None when all its runs are finished.

    Raises NNTrainError as `resume` and `run_all` do.
    """
    with place.locked():
        kind = str(place.read_json(run_files.GROUP)["kind"])
        text = (place.path / run_files.CONFIG).read_bytes()
        group = _Group(members(place), kind, place, terminal, text, context)
        if all(is_finished(place.path / name) for name in group.configs) and (place.path / run_files.SUMMARY).is_file():
            return None
        if not allow_changed:
            group.refuse_changed()
        group.tell_devices()
        return group.run(allow_changed)


def is_finished(path: Path) -> bool:
    """Whether there is a run in the folder that ended well."""
    return is_run(path) and RunDir(path).read_json(run_files.ENVIRONMENT).get("exit_status") == 0


def members(place: RunDir) -> dict[str, Config]:
    """The configs of a group's runs, by the names of the runs."""
    file = str(place.path / run_files.GROUP)
    trees: dict[str, Any] = place.read_json(run_files.GROUP)["members"]
    return {name: from_document(Document(tree, file)) for name, tree in trees.items()}


@dataclass(frozen=True)
class _Group:
    """Runs that are trained one after the other: the configs by name, `seeds` or `folds`, the text for config.yaml."""

    configs: dict[str, Config]
    kind: str
    place: RunDir
    terminal: Terminal
    text: bytes
    context: "RunContext | None" = None

    def run(self, allow_changed: bool = False) -> dict[str, Any]:
        """Trains what is not finished and writes the summary of all."""
        summaries: dict[str, dict[str, Any]] = {}
        failed: dict[str, str] = {}
        for number, name in enumerate(self.configs, start=1):
            self.place.refuse_if_gone()
            self.terminal.log.clear()
            self.terminal.note(f"{name} ({number} of {len(self.configs)})")
            try:
                summaries[name] = self._member(name, allow_changed)
            except NNTrainError as error:
                if error.exit_code >= 128:
                    raise self._stopped(error) from None
                failed[name] = str(error.problems[0].message)
                self.terminal.note(f"{name} failed: {failed[name]}")
        return self._summary(summaries, failed)

    def _member(self, name: str, allow_changed: bool) -> dict[str, Any]:
        """Trains a run, or what is left of it, and gives its summary."""
        from nntrain.runs import experiment, resume
        from nntrain.training.prepare import prepare
        from nntrain.training.run_context import ALONE

        context = self.context or ALONE
        if not is_run(self.place.path / name):
            prepared = prepare(self.configs[name])
            return experiment.run(prepared, self.place.member(name), self.terminal, self.text, context).summary
        run_dir = self.place.member(name)
        self.terminal.log[:0] = run_dir.read_log()
        result = resume.resume(run_dir, (), allow_changed, self.terminal, context)
        return _without_version(run_dir.read_json(run_files.SUMMARY)) if result is None else result.summary

    def _summary(self, summaries: dict[str, dict[str, Any]], failed: dict[str, str]) -> dict[str, Any]:
        if not summaries:
            raise NNTrainError(f"all {len(self.configs)} runs failed", help=f"the first: {next(iter(failed.values()))}")
        summary = {"kind": self.kind, "runs": summaries, "failed": failed, "statistics": _statistics(summaries)}
        self.place.write_json(run_files.SUMMARY, json_ready(summary))
        return summary

    def _stopped(self, error: NNTrainError) -> NNTrainError:
        """The way to go on is with all runs, not with the one that was stopped."""
        first = replace(error.problems[0], help=f"`nntrain resume {self.place}` goes on")
        error.problems = (first, *error.problems[1:])
        return error

    def refuse_changed(self) -> None:
        """Raises NNTrainError when the data or the versions are not those that the first run began with."""
        from nntrain.data import dataset
        from nntrain.runs import resume

        if (first := self._first_begun()) is not None:
            resume.refuse_changed(first, dataset.load_data(self.configs[first.path.name]))

    def tell_devices(self) -> None:
        """Warns where the runs that are left will be trained on another number of devices."""
        from nntrain.runs import experiment
        from nntrain.training.run_context import ALONE

        first, now = self._first_begun(), experiment.devices_of(self.context or ALONE)["devices"]
        if first is not None and (then := first.read_json(run_files.ENVIRONMENT).get("devices", 1)) != now:
            self.terminal.note(f"warning: the group began on {then} devices, not {now}, so the last bits may differ")

    def _first_begun(self) -> RunDir | None:
        paths = [self.place.path / name for name in self.configs]
        return next((RunDir(path) for path in paths if is_run(path)), None)


def _without_version(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in summary.items() if name != "version"}


def _statistics(summaries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Mean, standard deviation and interval of every figure of every split."""
    from nntrain.evaluation.intervals import summarize

    every = [summary["metrics"] for summary in summaries.values()]
    return {
        split: {name: as_json(summarize([_number(each[split][name]) for each in every])) for name in every[0][split]}
        for split in every[0]
    }


def _number(value: float | None) -> float:
    """In JSON a figure that is no number is null."""
    return math.nan if value is None else value


def as_json(summary: "Summary") -> dict[str, Any]:
    """A summary for summary.json; what one run cannot tell is null."""
    fields = {"mean": summary.mean, "sd": summary.sd, "low": summary.low, "high": summary.high}
    return {**{name: value if value == value else None for name, value in fields.items()}, "count": summary.count}
