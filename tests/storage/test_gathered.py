"""Files of several runs that are written together."""

from pathlib import Path

import pytest

from nntrain.errors import NNTrainError
from nntrain.storage.gathered import GatheredRunDir, write_all


def test_files_are_there_once_all_are_written_in_their_order(tmp_path: Path) -> None:
    runs = [GatheredRunDir(tmp_path / name) for name in ("a", "b")]
    seen: list[bool] = []
    for run in runs:
        run.path.mkdir()
        run.write_json("summary.json", {"epochs": 3})
        run.later(lambda path=run.path / "summary.json": seen.append(path.is_file()))
        assert list(run.path.iterdir()) == []
    write_all(runs)
    assert seen == [True, True]
    assert all(run.read_json("summary.json") == {"epochs": 3} for run in runs)
    write_all(runs)
    assert len(seen) == 2


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    run = GatheredRunDir(tmp_path / "gone")
    run.write("config.yaml", "data: iris\n")
    with pytest.raises(NNTrainError, match="is gone"):
        write_all([run])
