"""A config as a command needs it: valid, its warnings printed, its files present."""

from nntrain.config import file_checks
from nntrain.config.load import Config
from nntrain.terminal import Terminal


def checked(config: Config, terminal: Terminal) -> Config:
    """Return the config after its warnings are printed; raises DataError for a missing file."""
    for warning in config.warnings:
        terminal.note(str(warning))
    file_checks.refuse_missing(config)
    return config
