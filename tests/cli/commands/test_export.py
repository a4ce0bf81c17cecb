"""`nntrain export`: a folder, what was compared, and everything that is refused before and after."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.requests import Export
from nntrain.errors import ConfigError, DataError, NNTrainError
from nntrain.storage.lock import locked
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal


def test_an_export_is_written_compared_and_printed(
    trained: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Export(name="moons", to="keras", runs_dir=trained("moons").path.parent, device="cpu").run(Terminal())
    first, *table, last = capsys.readouterr().out.splitlines()
    assert first.startswith("Keras 3.") and " compared with `predict` on 80 rows: largest difference " in first
    assert [line.split()[0] for line in table] == ["file", "model.keras", "model_card.md", "schema.json"]
    assert last == f"exported {trained('moons')} to moons-keras"
    with pytest.raises(ConfigError, match="`moons-keras` exists already"):
        Export(name=str(trained("moons")), to="keras", device="cpu").run(Terminal())
    Export(name=str(trained("moons")), to="keras", output=tmp_path / "b", device="cpu").run(Terminal(as_json=True))
    event = json.loads(capsys.readouterr().out)
    assert event["folder"] == str(tmp_path / "b") and event["agreement"]["limit"] == 1e-5
    assert event["files"]["model.keras"] == trained("moons").model.stat().st_size


@pytest.fixture
def run(trained: Any, tmp_path: Path) -> RunDir:
    """A copy, whose files may be changed."""
    return RunDir(Path(shutil.copytree(trained("moons").path, tmp_path / "net")))


@pytest.mark.parametrize(
    ("options", "message", "help"),
    [
        ({"name": "nte"}, "unknown run `nte`", "write `net`"),
        ({"to": "tflite"}, "unknown format `tflite`", ""),
        ({"to": "keras", "precision": "int8"}, "not in `int8`", ""),
        ({"output": Path("model.keras")}, "looks like a file", "write `-o model`"),
        ({"output": Path("nowhere/out")}, "there is no folder `nowhere`", "make it"),
        ({"output": Path("/")}, "`/` exists already", "remove it"),
    ],
)
def test_bad_words_are_refused(run: RunDir, options: dict[str, Any], message: str, help: str) -> None:
    request = Export(**{"name": "net", "to": "keras", "runs_dir": run.path.parent, "device": "cpu", **options})
    with pytest.raises(ConfigError, match=message) as caught:
        request.run(Terminal())
    assert caught.value.problems[0].help.startswith(help)


def test_a_run_that_trains_or_was_killed_is_refused(run: RunDir, tmp_path: Path) -> None:
    request = Export(name=str(run), to="keras", output=tmp_path / "out", device="cpu")
    with locked(run.path), pytest.raises(NNTrainError, match="another process is training"):
        request.run(Terminal())
    run.write_json("summary.json", {"epochs": 1})  # as after Ctrl-C
    with pytest.raises(NNTrainError, match="has not ended"):
        request.run(Terminal())
    (run.path / "summary.json").unlink()
    with pytest.raises(NNTrainError, match="has not ended") as caught:
        request.run(Terminal())
    assert caught.value.problems[0].help == f"resume it with `nntrain resume {run}`"
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


def test_a_group_and_a_search_are_not_one_run(run: RunDir, tmp_path: Path) -> None:
    for name, file in (("group", "group.json"), ("search", "journal.jsonl")):
        shutil.copytree(run.path, tmp_path / name / "seed-1")
        (tmp_path / name / file).write_text("{}")
        with pytest.raises(ConfigError, match=f"`{name}` is a "):
            Export(name=name, to="keras", runs_dir=tmp_path, device="cpu").run(Terminal())


def test_a_damaged_model_and_other_data_are_refused(run: RunDir, tmp_path: Path) -> None:
    request = Export(name=str(run), to="keras", output=tmp_path / "out", device="cpu")
    config = (run.path / "resolved.yaml").read_text()
    (run.path / "resolved.yaml").write_text(config.replace("size: 100", "size: 99"))
    with pytest.raises(DataError, match="the data are not those"):
        request.run(Terminal())
    (run.path / "resolved.yaml").write_text(config)
    run.model.write_bytes(run.model.read_bytes()[:-1] + b"x")
    with pytest.raises(NNTrainError, match="SHA-256"):
        request.run(Terminal())
    assert [path.name for path in tmp_path.iterdir()] == ["net"]
