"""A config as a command needs it: valid, its warnings shown, its files there."""

from collections.abc import Sequence

from nntrain.config import file_checks
from nntrain.config.load import Config, load
from nntrain.terminal import Terminal


def checked(file: str, assignments: Sequence[str], seed: int | None, terminal: Terminal, whole: bool = False) -> Config:
    """The config, validated on the light side (with the section `tune` if `whole`), warnings shown, its files there."""
    config = _load_whole(file, assignments, seed) if whole else load(file, assignments, seed)
    for warning in config.warnings:
        terminal.note(str(warning))
    file_checks.refuse_missing(config)
    return config


def _load_whole(file: str, assignments: Sequence[str], seed: int | None) -> Config:
    from nntrain.config.search.load import load_whole  # which `fit` does without

    return load_whole(file, assignments, seed)
