from pathlib import Path

import pytest

from nntrain.cli import output_file
from nntrain.errors import ConfigError


def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("")
    output_file.refuse(file)
    for path, message in (
        (tmp_path, "is a folder"),
        (tmp_path / "a" / "b", "there is no folder"),
        (file, "to read"),
    ):
        with pytest.raises(ConfigError, match=message):
            output_file.refuse(path, file)
