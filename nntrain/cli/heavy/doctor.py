"""`nntrain doctor` of a run, and of a config."""

from nntrain.config.load import Config
from nntrain.doctor import checkup
from nntrain.doctor.checkup import Diagnosis
from nntrain.runs import diagnosis
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.prepare import prepare


def of_run(run_dir: RunDir, terminal: Terminal) -> Diagnosis:
    """Return what the training of a run has suffered from; note where it has not ended."""
    found = diagnosis.of_run(run_dir)
    if unended := diagnosis.not_ended(run_dir):
        terminal.note(f"note: {unended}")
    return found


def of_config(config: Config, seconds: float | None, terminal: Terminal) -> Diagnosis:
    """Return what is found before a training, and with `seconds` what is found in a training of at most that long."""
    prepared = prepare(config)
    if seconds is None:
        return checkup.before(prepared)
    terminal.note(f"training for at most {seconds:g} s; `--static` leaves that out")
    return checkup.tried(prepared, seconds)
