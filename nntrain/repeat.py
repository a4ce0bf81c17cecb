"""One experiment several times, over seeds or over folds; each time is an ordinary run in a common folder."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nntrain import rundir
from nntrain.errors import ConfigError, NNTrainError
from nntrain.rundir import RunDir
from nntrain.spec.load import Config, from_document, put
from nntrain.terminal import Terminal, json_ready

if TYPE_CHECKING:
    from nntrain.engine.strategy import Distribution
    from nntrain.statistics import Summary


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
    return {f"seed-{seed}": _with(config, f"seed={seed}") for seed in seeds}


def over_folds(config: Config, count: int) -> dict[str, Config]:
    """The config with each of `count` folds as the test split, by the name of its run."""
    if not 2 <= count <= 1000:
        raise ConfigError(f"`--folds` takes a number from 2 to 1000, got `{count}`", help="write `--folds 10`")
    source = config.experiment.data.called()
    width = len(str(count))
    return {
        f"fold-{index:0{width}}": _with(config, f"data.{source}.fold={{index: {index}, count: {count}}}")
        for index in range(1, count + 1)
    }


def _with(config: Config, assignment: str) -> Config:
    return from_document(put(config.document, assignment))


def run_all(
    configs: dict[str, Config],
    group: str,
    place: RunDir,
    terminal: Terminal,
    text: bytes,
    distribution: "Distribution | None" = None,
) -> dict[str, Any]:
    """Runs each config in a folder of its own inside `place` and writes the summary of all; returns it.

    A run that fails is told and left out of the means; raises NNTrainError when none is left.
    """
    from nntrain import experiment

    place.write(rundir.CONFIG, text)
    summaries: dict[str, dict[str, Any]] = {}
    failed: dict[str, str] = {}
    for name, config in configs.items():
        terminal.log.clear()
        terminal.note(f"{name} ({len(summaries) + len(failed) + 1} of {len(configs)})")
        try:
            prepared = experiment.prepare(config)
            child = RunDir.create(place.path, name)
            summaries[name] = experiment.run(prepared, child, terminal, text, distribution).summary
        except NNTrainError as error:
            if error.exit_code >= 128:
                raise
            failed[name] = str(error.problems[0].message)
            terminal.note(f"{name} failed: {failed[name]}")
    if not summaries:
        raise NNTrainError(f"all {len(configs)} runs failed", help=f"the first: {next(iter(failed.values()))}")
    summary = {"kind": group, "runs": summaries, "failed": failed, "statistics": _statistics(summaries)}
    place.write_json(rundir.SUMMARY, json_ready(summary))
    return summary


def _statistics(summaries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Mean, standard deviation and interval of every figure of every split."""
    from nntrain.statistics import summarize

    every = [summary["metrics"] for summary in summaries.values()]
    return {
        split: {name: as_json(summarize([metrics[split][name] for metrics in every])) for name in every[0][split]}
        for split in every[0]
    }


def as_json(summary: "Summary") -> dict[str, Any]:
    """A summary for summary.json; what one run cannot tell is null."""
    fields = {"mean": summary.mean, "sd": summary.sd, "low": summary.low, "high": summary.high}
    return {**{name: value if value == value else None for name, value in fields.items()}, "count": summary.count}
