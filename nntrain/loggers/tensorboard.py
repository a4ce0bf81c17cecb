"""Event files for TensorBoard, in the folder of the run: scalars named as those of Keras's callback `TensorBoard`."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from nntrain.config.loggers import Logger
from nntrain.storage import inside, run_files

if TYPE_CHECKING:
    from nntrain.runs.logs import Epoch, LoggedRun, Results

TRAIN, VALIDATION = "train", "validation"


class Options(Logger):
    """Event files in the run's folder, for TensorBoard: `tensorboard --logdir runs`."""

    spelling: ClassVar = "tensorboard"
    aliases: ClassVar = ("TensorBoard",)
    packages: ClassVar = ("tensorboard",)


def start(options: Options, run: "LoggedRun") -> "EventFiles":
    """Return the log of a run, which continues the event files that are there. Raises OSError, and NNTrainError."""
    return EventFiles(run)


class EventFiles:
    """Three series of event files: the settings, the numbers of training, and those of validation."""

    def __init__(self, run: "LoggedRun") -> None:
        self.run = run
        self.folder = run.path / run_files.TENSORBOARD
        for name in ("", TRAIN, VALIDATION):
            inside.make_folder(run.path, str(Path(run_files.TENSORBOARD) / name))
        self.logged = last_step(self.folder / TRAIN)
        self.writers: dict[str, Any] = {}
        if not self.logged:
            self._write_settings()

    def epochs(self, epochs: "Sequence[Epoch]") -> None:
        """Write a scalar for each number of each epoch, whose step is the epoch."""
        for epoch in epochs:
            for name, value in epoch.row.items():
                if name != "epoch":
                    validated = name.startswith("val_")
                    tag = f"epoch_{name.removeprefix('val_')}"
                    self._scalar(VALIDATION if validated else TRAIN, tag, value, epoch)
        self._flush()

    def end(self, results: "Results") -> None:
        """Write how the run ended, and close the files."""
        from tensorboard.plugins.hparams import api_pb2, summary

        status = api_pb2.STATUS_FAILURE if results.exit_status else api_pb2.STATUS_SUCCESS
        self._add("", summary.session_end_pb(status), seconds=results.seconds)
        for writer in self.writers.values():
            writer.close()

    def _write_settings(self) -> None:
        """Write the values of the config, which the tab HPARAMS compares."""
        from tensorboard.plugins.hparams import summary_v2

        known = {name: value for name, value in self.run.settings.items() if isinstance(value, (bool, int, float, str))}
        self._add("", summary_v2.hparams_pb(known, trial_id=self.run.name), seconds=self.run.seconds)
        self._flush()

    def _scalar(self, series: str, tag: str, value: float, epoch: "Epoch") -> None:
        from tensorboard.plugins.scalar import summary_v2

        if math.isfinite(value):
            self._add(series, summary_v2.scalar_pb(tag, value), int(epoch.row["epoch"]), epoch.seconds)

    def _add(self, series: str, summary: Any, step: int = 0, seconds: float = 0.0) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        if series not in self.writers:
            self.writers[series] = EventFileWriter(str(self.folder / series))
        event = Event(wall_time=seconds, step=step)
        event.summary.ParseFromString(summary.SerializeToString())  # some are TensorFlow's own message of this kind
        self.writers[series].add_event(event)

    def _flush(self) -> None:
        for writer in self.writers.values():
            writer.flush()


def last_step(folder: Path) -> int:
    """Return the largest step of the event files in a folder, of which the last may end in the middle of an event."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    files = [folder / name for name in inside.names(folder) if "tfevents" in name]
    return max((event.step for file in files for event in EventFileLoader(str(file)).Load()), default=0)
