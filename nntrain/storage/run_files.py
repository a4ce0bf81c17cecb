"""The names of the files in `runs/<name>/`, and what a run may be called."""

import re
from pathlib import Path

from nntrain.errors import ConfigError, one_line

CONFIG = "config.yaml"
RESOLVED = "resolved.yaml"
ENVIRONMENT = "environment.json"
METRICS = "metrics.csv"
SUMMARY = "summary.json"
MODEL = "model.keras"
MODEL_FACTS = "model.json"
LOG = "log.txt"
SEARCH = "search.yaml"
JOURNAL = "journal.jsonl"
TRIALS = "trials.csv"
BEST = "best.yaml"
PLOTS = "plots"
GROUP = "group.json"
CHECKPOINTS = "checkpoint"
WRITTEN_CONFIGS = (RESOLVED, GROUP, SEARCH, BEST)  # which hold configs that were found right

FORMAT = 1  # of the JSON files; raised when a reader of the old form would go wrong
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def refuse_bad_name(name: str) -> None:
    """Raises ConfigError for a name that is no plain file name."""
    if not _NAME.fullmatch(name) or name.endswith("."):
        help = "use up to 100 letters, digits, `.`, `_` and `-`, a letter or digit first"
        raise ConfigError(f"`{one_line(name)}` cannot name a run", help=help)


def refuse_bad_folder(runs: Path) -> None:
    """Raises ConfigError for a place that is there and no folder."""
    if runs.exists() and not runs.is_dir():
        raise ConfigError(f"`{runs}` is no folder", help="give a folder for the runs with `--runs-dir`")


def run_name(config: str) -> str:
    """A run's name from the name of its config file; a pipe such as /dev/fd/63 has none."""
    if config.startswith("/dev/"):
        return "run"
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(config).stem).strip("-.")[:100].rstrip("-.")
    return name if _NAME.fullmatch(name) else "run"
