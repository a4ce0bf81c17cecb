"""What a run, a group and a search have in common in Python: a directory, its summary, how a notebook shows it."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntrain.api import page
from nntrain.backend import Device
from nntrain.config.plugin import in_use, path_here
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir

if TYPE_CHECKING:
    import pandas as pd


class Directory:
    """What is in the directory of a run, a group or a search."""

    def __init__(self, directory: RunDir, device: Device = "auto") -> None:
        self._directory = RunDir(directory.path.absolute())  # a notebook may change its working folder
        self._plugins = tuple(each.file for each in in_use())
        self._device: Device = device

    @property
    def path(self) -> Path:
        """The directory."""
        return self._directory.path

    def __fspath__(self) -> str:
        """Return the path of the directory, so that it is one for `load`, `init_from` and Python's functions."""
        return str(self.path)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The content of summary.json; raises NNTrainError where it is missing."""
        return self._directory.read_json(run_files.SUMMARY)

    def __repr__(self) -> str:
        return f"nntrain.{type(self).__name__}({path_here(str(self.path))!r}{self._remark()})"

    def _remark(self) -> str:
        return ""

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the name, the numbers and the plots."""
        return page.html(repr(self), self._numbers(), self._directory)

    def _numbers(self) -> "pd.DataFrame":
        raise NotImplementedError
