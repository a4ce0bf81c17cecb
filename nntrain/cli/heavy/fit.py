"""`nntrain fit`, from a config to its runs."""

from pathlib import Path

from nntrain.config.load import Config
from nntrain.runs import groups, treatment
from nntrain.runs.group_config import GroupConfig
from nntrain.terminal import Terminal
from nntrain.training.run_context import RunContext


def run(
    config: Config, group: GroupConfig | None, runs_dir: Path, name: str, terminal: Terminal, context: RunContext
) -> None:
    """Train the config, or the runs of its group, and what the doctor prescribes."""
    treatment.refuse_blind(config, context)
    if group is not None:
        treatment.refuse_in_group(config)
        groups.fit(group, runs_dir, name, terminal, context)
    else:
        treatment.fit(config, runs_dir, name, terminal, context)
