"""`nntrain fit`: train a config once, or once for each seed or fold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nntrain.backend import Device
from nntrain.cli import summary
from nntrain.cli.checked_config import checked
from nntrain.cli.placement import Placement
from nntrain.config.load import Config, load
from nntrain.document.yaml_file import inline
from nntrain.errors import ConfigError
from nntrain.runs.group_config import GroupConfig
from nntrain.storage import run_files
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A request to train a config."""

    config: str
    runs_dir: Path
    assignments: Sequence[str] = ()
    seed: int | None = None
    init_from: str | None = None
    seeds: str | None = None
    folds: int | None = None
    name: str | None = None
    device: Device = "auto"
    devices: int | None = None
    workers: str | None = None
    worker: int | None = None
    verbose: bool = False

    def run(self, terminal: Terminal) -> None:
        """Train, write a run directory for each training, and print the metrics."""
        config = checked(load(self.config, self._assignments(), self.seed), terminal)
        name = self.name or run_files.run_name(self.config)
        run_files.refuse_bad_name(name)
        run_files.refuse_bad_folder(self.runs_dir)
        placement = Placement.of(self.device, self.devices, self.workers, self.worker)
        group = self._group(config)
        if group is not None:
            placement.refuse_group(help="leave `--seeds` and `--folds` out")
        context = placement.start(config, self.verbose, terminal, "fit")
        from nntrain.runs import experiment, groups

        if group is not None:
            result = groups.fit(group, self.runs_dir, name, terminal, context)
            summary.show_group(result.summary, result.run_dir, terminal)
        elif run := experiment.fit(config, self.runs_dir, name, terminal, context):
            summary.show_run(run.summary, run.run_dir, terminal)

    def _assignments(self) -> tuple[str, ...]:
        """Return the assignments, `--init-from` among them; it names a run, a run directory or a file."""
        if self.init_from is None:
            return tuple(self.assignments)
        paths = (Path(self.init_from), self.runs_dir / self.init_from)
        source = next((path for path in paths if path.exists()), paths[0])
        return (*self.assignments, f"train.init_from={inline(str(source.absolute()))}")

    def _group(self, config: Config) -> GroupConfig | None:
        if self.seeds is not None and self.folds is not None:
            raise ConfigError("`--seeds` and `--folds` exclude each other", help="use one of the two")
        if self.seeds is not None and self.seed is not None:
            raise ConfigError("`--seed` and `--seeds` exclude each other", help="use one of the two")
        if self.seeds is not None:
            return GroupConfig.over_seeds(config, self.seeds)
        return None if self.folds is None else GroupConfig.over_folds(config, self.folds)
