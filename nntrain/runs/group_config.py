"""One config over several seeds or folds: an ordinary config for each run of the group."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nntrain.config import plugin
from nntrain.config.load import Config, from_document, put_value
from nntrain.config.named import to_tree
from nntrain.config.search.trial_config import with_values
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir

MOST = 1000  # runs in a group
_SEEDS_APART = 1000  # of the members of an ensemble


@dataclass(frozen=True)
class GroupConfig:
    """The configs of a group by the names of their runs; `kind` is `seeds`, `folds`, `ensemble` or `trials`.

    stack: the key of the group's checkpoints where its runs are trained as one; "" where one after another.
    """

    kind: str
    members: dict[str, Config]
    stack: str = ""

    @classmethod
    def asked(cls, config: Config, seed: int | None, seeds: str | None, folds: int | None) -> "GroupConfig | None":
        """Return the group over `--seeds` or `--folds`, None without both; raises ConfigError where two exclude."""
        if seeds is not None and folds is not None:
            raise ConfigError("`--seeds` and `--folds` exclude each other", help="use one of the two")
        if seeds is not None and seed is not None:
            raise ConfigError("`--seed` and `--seeds` exclude each other", help="use one of the two")
        if seeds is not None:
            return cls.over_seeds(config, seeds)
        return None if folds is None else cls.over_folds(config, folds)

    @classmethod
    def over_seeds(cls, config: Config, text: str) -> "GroupConfig":
        """Return the config with each seed of `--seeds`; raises ConfigError as `parse_seeds` does."""
        return cls.varied(config, "seeds", {f"seed-{seed}": seed for seed in parse_seeds(text)})

    @classmethod
    def over_folds(cls, config: Config, count: int) -> "GroupConfig":
        """Return the config with each of `count` folds as the test split; raises ConfigError for a bad count."""
        if not 2 <= count <= MOST:
            raise ConfigError(f"`--folds` takes a number from 2 to {MOST}, got `{count}`", help="write `--folds 10`")
        folds = [{"index": index, "count": count} for index in range(1, count + 1)]
        return cls.varied(config, "folds", dict(zip(run_files.members("fold", count), folds, strict=True)))

    @classmethod
    def of_ensemble(cls, config: Config) -> "GroupConfig":
        """Return the config of each member of an ensemble, which differs in the seed: s, s + 1000, s + 2000, …

        So the ensembles of the seeds 1 and 2 have no member in common. Raises ConfigError where a seed is too large.
        """
        train = {name: value for name, value in config.document.tree["train"].items() if name != "ensemble"}
        alone = from_document(replace(config.document, tree={**config.document.tree, "train": train}))
        count = config.experiment.train.ensemble or 1
        seeds = [config.experiment.seed + _SEEDS_APART * number for number in range(count)]
        names = run_files.members("member", count)
        return cls.varied(alone, "ensemble", dict(zip(names, seeds, strict=True)))

    @classmethod
    def varied(cls, config: Config, kind: str, values: Mapping[str, Any]) -> "GroupConfig":
        """Return the config with each of these seeds, folds or values of trials, by the names of the runs."""
        if kind == "trials":
            return cls(kind, {name: with_values(config, each) for name, each in values.items()})
        path = f"data.{config.experiment.data.called()}.fold" if kind == "folds" else "seed"
        return cls(kind, {name: put_value(config, path, value) for name, value in values.items()})

    @property
    def values(self) -> dict[str, Any]:
        """The seed or the fold of each run, as `varied` takes them."""
        if self.kind != "folds":
            return {name: config.experiment.seed for name, config in self.members.items()}
        trees = {name: to_tree(config.experiment.data) for name, config in self.members.items()}
        return {name: next(iter(tree.values()))["fold"] for name, tree in trees.items()}

    @classmethod
    def read(cls, directory: RunDir) -> "GroupConfig":
        """Read a group, or the members of an ensemble; raises ConfigError where a plug-in is not in use."""
        name = next((name for name in run_files.OF_MEMBERS if (directory.path / name).is_file()), run_files.GROUP)
        file, data = str(directory.path / name), directory.read_text(run_files.CONFIG).encode()
        content = directory.read_json(name, "kind", "members")
        plugin.refuse_others(content.get("plugins", ()), directory)
        trees: dict[str, Any] = content["members"]
        members = {name: from_document(Document(tree, file, data=data)) for name, tree in trees.items()}
        return cls(str(content["kind"]), members, str(content.get("stack", "")))

    @property
    def first(self) -> Config:
        """The config of the first run."""
        return next(iter(self.members.values()))

    def write(self, directory: RunDir) -> None:
        """Write config.yaml and the file of the members; a directory that has the latter can be resumed."""
        directory.write(run_files.CONFIG, self.first.document.data)
        members = {name: to_tree(config.experiment) for name, config in self.members.items()}
        stack = {"stack": self.stack} if self.stack else {}
        name = run_files.ENSEMBLE if self.kind == "ensemble" else run_files.GROUP
        directory.write_json(name, {"kind": self.kind, **stack, "plugins": plugin.record(), "members": members})


def parse_seeds(text: str) -> list[int]:
    """Return the seeds 1, 2, 3 for `3`, and 7, 0, 42 for `7,0,42`. Raises ConfigError for anything else."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() and len(part) < 10 for part in parts):
        help = "write `--seeds 5` or `--seeds 1,2,3`"
        raise ConfigError(f"`--seeds` takes a number or a list, got `{text}`", help=help)
    numbers = [int(part) for part in parts]
    seeds = list(range(1, numbers[0] + 1)) if len(numbers) == 1 and "," not in text else numbers
    if not seeds or len(seeds) > MOST or len(set(seeds)) < len(seeds):
        message = f"`--seeds` takes 1 to {MOST} different seeds, got `{text}`"
        raise ConfigError(message, help="write `--seeds 5`")
    return seeds
