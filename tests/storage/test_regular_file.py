"""What is read is a regular file."""

import os
from pathlib import Path

from nntrain.storage.regular_file import irregular_kind


def test_folders_pipes_and_devices_are_named_and_files_are_not(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "file").touch()
    found = {name: irregular_kind(tmp_path / name) for name in ("pipe", "link", "file", "none")}
    assert found == {"pipe": "a named pipe", "link": "a named pipe", "file": "", "none": ""}
    assert irregular_kind(tmp_path) == "a folder"
    assert irregular_kind(Path("/dev/zero")) == "a device"
