from pathlib import Path

import pytest

from nntrain.cli.requests import Remove
from nntrain.errors import ConfigError
from nntrain.storage import run_files
from nntrain.terminal import Terminal
from tests.cli.commands.test_runs import make


def test_several_runs_are_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "c"):
        make(tmp_path, name)
    (tmp_path / "b" / "mine.txt").write_text("x")
    Remove(names=["a", "b"], runs_dir=tmp_path).run(Terminal())
    out, err = capsys.readouterr()
    assert out == f"removed {tmp_path / 'a'}\nremoved the run in {tmp_path / 'b'}\n"
    assert err == "note: left 1 file that nntrain has not written: `mine.txt`\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]


def test_an_unknown_name_removes_nothing(tmp_path: Path) -> None:
    make(tmp_path, "a")
    with pytest.raises(ConfigError, match="unknown run `b`"):
        Remove(names=["a", "b"], runs_dir=tmp_path).run(Terminal())
    assert (tmp_path / "a" / run_files.RESOLVED).exists()


def test_a_part_of_a_group_and_a_link_are_refused(tmp_path: Path) -> None:
    make(tmp_path / "group", "seed-1")
    (tmp_path / "group" / run_files.GROUP).write_text("{}")
    with pytest.raises(ConfigError, match="belongs to"):
        Remove(names=["group/seed-1"], runs_dir=tmp_path).run(Terminal())
    run = make(tmp_path, "a")
    (tmp_path / "link").symlink_to(run)
    with pytest.raises(ConfigError, match="is a symbolic link"):
        Remove(names=["link"], runs_dir=tmp_path).run(Terminal())
    assert (run / run_files.RESOLVED).exists()
