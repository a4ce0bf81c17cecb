"""The directory of a run: made once, written whole, read with messages."""

import errno
import json
import math
import multiprocessing
import os
from pathlib import Path

import pytest

from nntrain.errors import ConfigError, NNTrainError
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir, not_ended

PROCESSES = 8


def _create_many(
    runs: str, ready: "multiprocessing.synchronize.Barrier", queue: "multiprocessing.Queue[list[str]]"
) -> None:
    made = []
    for _ in range(20):
        ready.wait(60)
        made.append(str(RunDir.create(Path(runs), "net")))
    queue.put(made)


def test_runs_that_start_at_once_get_different_folders(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    ready, queue = context.Barrier(PROCESSES), context.Queue()
    runs = tmp_path / "new" / "runs"
    arguments = (str(runs), ready, queue)
    workers = [context.Process(target=_create_many, args=arguments, daemon=True) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    made = [path for _ in workers for path in queue.get(timeout=60)]
    for worker in workers:
        worker.join(timeout=60)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    assert len(made) == len(set(made)) == PROCESSES * 20
    numbers = {f"net-{count}" for count in range(2, PROCESSES * 20 + 1)}
    assert {path.name for path in runs.iterdir()} == {"net", *numbers}


def test_a_name_that_exists_gets_the_next_number(tmp_path: Path) -> None:
    names = [RunDir.create(tmp_path, "net").path.name for _ in range(3)]
    assert names == ["net", "net-2", "net-3"]
    (tmp_path / "net-4").write_text("a file is in the way too")
    assert RunDir.create(tmp_path, "net").path.name == "net-5"


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "x/../y", "/x", "x/y", "x\\y", ".hidden", "-x", "_x", "x" * 101, "x" * 200, "con/..", "x."]
    + ["x y", "x\n", "x\0", "ü", "~", "$HOME", "x:y", "*", "x\t", " x", "a;b", "٣"],
)
def test_a_name_that_is_not_a_plain_file_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        RunDir.create(tmp_path / "runs", name)
    assert caught.value.problems[0].help
    assert len(str(caught.value).splitlines()) == 2
    assert not (tmp_path / "runs").exists()


def test_files_are_written_whole_and_can_be_replaced(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    run.write("a.txt", "one")
    run.write("a.txt", b"two\r\n")
    run.write("plots/a.txt", "grün")
    assert (run.path / "a.txt").read_bytes() == b"two\r\n"
    assert (run.path / "plots" / "a.txt").read_text(encoding="utf-8") == "grün"
    assert sorted(path.name for path in run.path.rglob("*")) == ["a.txt", "a.txt", "plots"]


def test_json_keeps_its_values_and_has_a_version(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    run.write_json("a.json", {"x": 0.1, "y": [1, None], "z": "ü", "path": Path("a")})
    assert json.loads((run.path / "a.json").read_text())["version"] == run_files.FORMAT
    assert run.read_json("a.json") == {"x": 0.1, "y": [1, None], "z": "ü", "path": "a"}


def test_json_never_holds_what_other_readers_refuse(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    run.write_json("a.json", {"x": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        run.write_json("a.json", {"x": math.nan})
    assert run.read_json("a.json")["x"] == 1


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": 1', "[1]", "3", "null", "\xff\xfe", "\x00", "[" * 100_000, "{'a': 1}"]
)
def test_damaged_json_is_a_message(text: str, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(NNTrainError, match="is damaged") as caught:
        RunDir(tmp_path).read_json(file.name)
    assert caught.value.exit_code == 1
    assert caught.value.problems[0].help


def test_missing_json_and_a_folder_in_its_place_are_messages(tmp_path: Path) -> None:
    with pytest.raises(NNTrainError, match="is missing"):
        RunDir(tmp_path).read_json("a.json")
    (tmp_path / "a.json").mkdir()
    with pytest.raises(NNTrainError, match="this is not a run of nntrain: .*is not a regular file"):
        RunDir(tmp_path).read_json("a.json")


def test_a_file_in_place_of_the_folder_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    file = tmp_path / "runs"
    file.write_text("x")
    with pytest.raises(ConfigError) as caught:
        RunDir.create(file, "net")
    assert str(caught.value) == f"error: `{file}` is not a folder\n help: give a folder for the runs with `--runs-dir`"


def test_a_run_whose_folder_was_removed_ends_with_a_message(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    run.path.rmdir()
    with pytest.raises(NNTrainError, match="`.*net` is gone: it was removed or moved"):
        run.write("a.txt", "x")


def test_what_fails_while_a_run_is_locked_is_not_blamed_on_its_folder(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    with pytest.raises(BrokenPipeError), run.locked():
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


def test_a_model_is_moved_into_place_and_known_by_its_hash(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    saved = tmp_path / "saved.keras"
    saved.write_bytes(b"weights")
    run.adopt_model(saved, {"inputs": 4})
    assert not saved.exists()
    assert run.verified_model()["inputs"] == 4
    run.model.write_bytes(b"weightz")
    with pytest.raises(NNTrainError, match="is not the file that was saved"):
        run.verified_model()
    run.model.unlink()
    with pytest.raises(NNTrainError, match="cannot be read"):
        run.verified_model()


def test_a_model_that_is_larger_than_its_weights_is_not_read(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    weights = [{"path": "dense/kernel", "shape": [10, 10], "dtype": "float32"}]
    run.write_json(run_files.MODEL_FACTS, {"sha256": "0" * 64, "weights": weights})
    with run.model.open("wb") as file:
        file.truncate(10**13)
    with pytest.raises(
        NNTrainError, match="this is not a run of nntrain: `.*model.keras` is larger than a file of its"
    ):
        run.verified_model()


def test_rows_are_csv_that_reads_back_the_same(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    run.write_rows([{"epoch": 1, "loss": 0.1}, {"epoch": 2, "loss": 1e-9, "val_loss": 1 / 3}])
    lines = (run.path / run_files.METRICS).read_text().splitlines()
    assert lines == ["epoch,loss,val_loss", "1,0.1,", f"2,1e-09,{1 / 3!r}"]


def test_the_version_of_the_json_is_that_of_the_format(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    run.write_json("a.json", {})
    assert json.loads((run.path / "a.json").read_text()) == {"version": 1}


def test_what_a_killed_process_was_writing_is_swept(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    run.write("plots/a.png", "")
    model = run.new_model()
    left = [
        model,
        run.path / ".model.keras",
        run.path / ".summary.json-0a1b2c3d",
        run.path / "plots" / ".a.png-abcd_1xy",
    ]
    kept = [run.path / name for name in (".hidden", "plots/a.png", ".git-ignored-files", "model-abcdefgh.keras")]
    for path in (*left, *kept):
        path.write_text("x")
    with run.locked():
        pass
    assert [path for path in left if path.exists()] == []
    assert [path for path in kept if not path.exists()] == []


def test_nothing_is_swept_in_a_folder_elsewhere(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / ".notes-12345678").write_text("x")
    (run.path / "plots").symlink_to(tmp_path / "mine")
    with pytest.raises(NNTrainError, match=r"this is not a run of nntrain: `.*plots` is a symbolic link"), run.locked():
        pass
    assert (tmp_path / "mine" / ".notes-12345678").exists()


def test_a_model_is_removed_only_from_the_run_itself(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    (tmp_path / "model").write_text("x")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a.ckpt").write_text("x")
    run.model.symlink_to(tmp_path / "model")
    run.checkpoints.symlink_to(tmp_path / "kept")
    with pytest.raises(NNTrainError, match="checkpoint` is a symbolic link"):
        run.discard_model()
    assert not run.model.is_symlink()
    assert (tmp_path / "model").exists() and (tmp_path / "kept" / "a.ckpt").exists()


def test_a_member_that_is_a_link_is_refused(tmp_path: Path) -> None:
    group = RunDir.create(tmp_path, "group")
    (tmp_path / "elsewhere").mkdir()
    (group.path / "seed-1").symlink_to(tmp_path / "elsewhere")
    for name in ("seed-1", "../elsewhere"):
        with pytest.raises(NNTrainError, match="this is not a run of nntrain"):
            group.member(name)
    assert group.member("seed-2").path.is_dir()


@pytest.mark.parametrize("top", [run_files.GROUP, run_files.JOURNAL])
@pytest.mark.parametrize("member", ["seed-1", "trial-001/repeat-1"])
def test_nothing_is_read_written_or_removed_through_a_linked_member(tmp_path: Path, top: str, member: str) -> None:
    (tmp_path / "group").mkdir()
    (tmp_path / "group" / top).touch()
    elsewhere = RunDir.create(tmp_path, "elsewhere")
    for place in (elsewhere, elsewhere.member("repeat-1")):
        for name in ("model.keras", "model.json", "checkpoint/a.ckpt", "summary.json", ".summary.json-12345678"):
            place.write(name, "{}")
    (tmp_path / "group" / member.split("/")[0]).symlink_to(elsewhere.path)
    before = sorted(elsewhere.path.rglob("*"))
    run = RunDir(tmp_path / "group" / member)
    for act in (
        lambda: run.read_json("summary.json"),
        lambda: run.file("summary.json"),
        lambda: run.write("a.txt", ""),
        lambda: run.member("new"),
        run.discard_model,
        run.locked().__enter__,
    ):
        with pytest.raises(NNTrainError, match=r"this is not a run of nntrain: `.*` is a symbolic link"):
            act()
    assert sorted(elsewhere.path.rglob("*")) == before


def test_a_run_that_the_user_has_linked_is_a_run(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    run.write_json("a.json", {"a": 1})
    (tmp_path / "link").symlink_to(run.path)
    assert RunDir(tmp_path / "link").read_json("a.json") == {"a": 1}


def test_a_member_that_is_no_folder_has_nothing_to_remove(tmp_path: Path) -> None:
    group = RunDir.create(tmp_path, "group")
    group.write(run_files.GROUP, "{}")
    RunDir(group.path / "seed-1").discard_model()
    os.mkfifo(group.path / "seed-2")
    with pytest.raises(NNTrainError, match="is not a regular file, or not a folder"):
        RunDir(group.path / "seed-2").discard_model()


def test_a_run_that_a_process_trains_is_not_to_be_resumed(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    assert not_ended(run.path).problems[0].help == f"resume it with `nntrain resume {run}`"
    with run.locked():
        problem = not_ended(run.path).problems[0]
    assert problem.message == f"another process is training `{run}`"
    assert problem.help == f"wait for it to end; `nntrain watch {run}` shows it"


def test_a_run_that_has_not_ended_is_refused(tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    for summary in (None, {"epochs": 2}, {"metrics": {}}):
        if summary is not None:
            run.write_json("summary.json", summary)
        if summary == {"metrics": {}}:
            run.refuse_unended()
            continue
        with pytest.raises(NNTrainError, match="has not ended"):
            run.refuse_unended()
