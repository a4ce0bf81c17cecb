"""What a name is, by the files in its directory."""

from pathlib import Path

import pytest

from nntrain.errors import ConfigError
from nntrain.runs.find import Group, Run, Search, find
from nntrain.storage.run_dir import RunDir


@pytest.mark.parametrize(("file", "kind"), [("resolved.yaml", Run), ("group.json", Group), ("journal.jsonl", Search)])
def test_a_directory_is_found_by_its_name_and_by_its_path(tmp_path: Path, file: str, kind: type) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / file).write_text("")
    found = kind(RunDir(tmp_path / "net"))
    assert find(tmp_path, "net") == found
    assert find(Path("elsewhere"), str(tmp_path / "net")) == found


def test_a_folder_without_these_files_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    with pytest.raises(ConfigError, match="unknown run `net`"):
        find(tmp_path, "net")
