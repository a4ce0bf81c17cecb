"""The files of a run that somebody has changed: one error for what a reader cannot rely on."""

import json
from pathlib import Path
from typing import Any

import pytest

from nntrain.errors import NNTrainError
from nntrain.storage import journal_records, records, run_files
from nntrain.storage.run_dir import RunDir

SHA = "0" * 64
ENVIRONMENT = {
    "packages": {"keras": "3.15.1", "tensorflow": None},
    "run_key": "a1",
    "data_sha256": SHA,
    "resolved_sha256": SHA,
    "exit_status": 0,
    "more": [1],
}
RUN = {"kind": "run", "epochs": 2, "planned_epochs": 2, "best_epoch": 1, "stopped": "done", "seconds": 0.5}
RUN |= {"metrics": {"train": {"loss": 0.5, "accuracy": None}}, "rows": {"train": 9}, "parameters": {"trainable": 3}}
MODEL = {
    "sha256": SHA,
    "weights": [{"path": "dense/kernel", "shape": [4, 3], "dtype": "float32"}],
    "input": {"shape": [4], "dtype": "float32", "features": []},
    "classes": ["a", "b"],
    "targets": [],
    "target_count": 1,
}
GROUP = {"kind": "seeds", "members": {"seed-1": {"data": "iris"}}}
SEARCH = {"kind": "search", "objective": "val_loss", "ended": "all", "seconds": 1.0, "refit": {}}
SEARCH |= {"best": {"run": "trial-001", "score": 0.5}}
VALID = {
    run_files.ENVIRONMENT: ENVIRONMENT,
    run_files.SUMMARY: RUN,
    run_files.MODEL_FACTS: MODEL,
    run_files.GROUP: GROUP,
}


def read(folder: Path, name: str, content: Any) -> dict[str, Any]:
    (folder / name).write_text(json.dumps(content))
    return RunDir(folder).read_json(name)


@pytest.mark.parametrize("name", VALID)
def test_what_nntrain_writes_is_read_as_it_is(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, name, {"version": 1, **VALID[name]}) == VALID[name]


def test_the_summaries_of_a_group_and_of_a_search_are_read_too(tmp_path: Path) -> None:
    for summary in (SEARCH, {"kind": "folds", "runs": {"fold-1": RUN}, "failed": {}, "statistics": {}}):
        assert read(tmp_path, run_files.SUMMARY, summary) == summary


@pytest.mark.parametrize("name", VALID)
def test_a_missing_field_that_is_needed_is_named(tmp_path: Path, name: str) -> None:
    for field in VALID[name]:
        read(tmp_path, name, {key: value for key, value in VALID[name].items() if key != field})
        with pytest.raises(NNTrainError) as caught:
            RunDir(tmp_path).read_json(name, *VALID[name])
        message = caught.value.problems[0].message
        assert message == f"this is not a run of nntrain: `{tmp_path / name}` lacks `{field}`"


@pytest.mark.parametrize("value", ["../../x", "/etc", ".", "..", "", "a/b", "a\\b", "a\0", "x" * 101, ".hidden", "-x"])
@pytest.mark.parametrize(
    ("name", "at"),
    [
        (run_files.GROUP, lambda name: {**GROUP, "members": {name: {}}}),
        (run_files.SUMMARY, lambda name: {**SEARCH, "best": {"run": name, "score": 0.5}}),
        (run_files.SUMMARY, lambda name: {**SEARCH, "refit": {name: {}}}),
        (run_files.SUMMARY, lambda name: {"kind": "seeds", "runs": {name: RUN}}),
    ],
)
def test_a_name_is_one_component_of_a_path(tmp_path: Path, name: str, at: Any, value: str) -> None:
    with pytest.raises(NNTrainError, match=r"this is not a run of nntrain: `.*` has an invalid `"):
        read(tmp_path, name, at(value))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (run_files.ENVIRONMENT, {"devices": 10**6}),
        (run_files.ENVIRONMENT, {"devices": True}),
        (run_files.ENVIRONMENT, {"workers": 0}),
        (run_files.ENVIRONMENT, {"exit_status": "0"}),
        (run_files.ENVIRONMENT, {"packages": ["keras"]}),
        (run_files.ENVIRONMENT, {"resumed": {}}),
        (run_files.ENVIRONMENT, {"data_sha256": "0"}),
        (run_files.SUMMARY, {"epochs": -1}),
        (run_files.SUMMARY, {"best_epoch": 1.5}),
        (run_files.SUMMARY, {"seconds": "1"}),
        (run_files.SUMMARY, {"kind": "else"}),
        (run_files.SUMMARY, {"rows": [96]}),
        (run_files.SUMMARY, {"parameters": "many"}),
        (run_files.SUMMARY, {"parameters": {"trainable": -1}}),
        (run_files.SUMMARY, {"statistics": {"train": {"loss": 0.5}}}),
        (run_files.SUMMARY, {"runs": {"seed-1": {"metrics": {"train": 1}}}}),
        (run_files.SUMMARY, {"direction": "up"}),
        (run_files.SUMMARY, {"refit": {"refit-1": {"metrics": [1]}}}),
        (run_files.SUMMARY, {"metrics": {"train": [1]}}),
        (run_files.SUMMARY, {"metrics": {"train": {"loss": "low"}}}),
        (run_files.MODEL_FACTS, {"weights": [{"path": "a", "shape": [-1], "dtype": "float32"}]}),
        (run_files.MODEL_FACTS, {"input": {"shape": [0], "dtype": "float32", "features": []}}),
        (run_files.MODEL_FACTS, {"input": {"shape": [4], "dtype": "O", "features": []}}),
        (run_files.MODEL_FACTS, {"classes": "ab"}),
        (run_files.MODEL_FACTS, {"target_count": 10**30}),
        (run_files.GROUP, {"members": {}}),
        (run_files.GROUP, {"members": {"seed-1": "data: iris"}}),
        (run_files.GROUP, {"kind": "heaps"}),
    ],
)
def test_a_value_of_another_type_or_out_of_bounds_is_refused(tmp_path: Path, name: str, change: dict[str, Any]) -> None:
    with pytest.raises(NNTrainError, match="this is not a run of nntrain|is damaged: the number"):
        read(tmp_path, name, {**VALID[name], **change})


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e999", "9" * 17, "-" + "9" * 30, "9" * 5000])
def test_numbers_without_bounds_are_refused_wherever_they_are(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(f'{{"a": [{text}]}}')
    with pytest.raises(NNTrainError, match="is damaged"):
        RunDir(tmp_path).read_json("a.json")


def test_text_that_is_not_utf_8_is_read_with_replacement(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"a": "caf\xe9"}')
    assert RunDir(tmp_path).read_json("a.json") == {"a": "caf\N{REPLACEMENT CHARACTER}"}
    (tmp_path / run_files.LOG).write_bytes(b"\xff\n")
    assert RunDir(tmp_path).read_log() == ["\N{REPLACEMENT CHARACTER}"]


def test_a_message_is_short_and_holds_nothing_that_a_terminal_acts_upon(tmp_path: Path) -> None:
    with pytest.raises(NNTrainError) as caught:
        read(tmp_path, run_files.GROUP, {**GROUP, "members": {"\x1b[2J" + "x" * 10_000: {}}})
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(tmp_path))


@pytest.mark.parametrize("rows", ["1,0.1,0.5", "1,0.1,nan\n2,0.1,inf", "1,0.1,"])
def test_rows_of_metrics_are_read(tmp_path: Path, rows: str) -> None:
    (tmp_path / run_files.METRICS).write_text(f"epoch,seconds,loss\n{rows}\n")
    assert RunDir(tmp_path).read_rows()[0]["epoch"] == "1"


@pytest.mark.parametrize(
    "rows",
    ["x,0.1,0.5", "1,0.1", "1,0.1,0.5,7", "0,0.1,0.5", "1,-1,0.5", "1,nan,0.5", "1,0.1,low", "1e400,1,1", ",,"]
    + [f'1,0.1,"{"5" * 200_000}"'],
)
def test_rows_of_metrics_that_nntrain_does_not_write_are_refused(tmp_path: Path, rows: str) -> None:
    (tmp_path / run_files.METRICS).write_text(f"epoch,seconds,loss\n{rows}\n")
    with pytest.raises(NNTrainError, match=r"this is not a run of nntrain: `.*metrics\.csv`"):
        RunDir(tmp_path).read_rows()


def test_a_file_larger_than_any_that_nntrain_writes_is_not_read(tmp_path: Path) -> None:
    for name in (run_files.SUMMARY, run_files.METRICS, run_files.LOG):
        with (tmp_path / name).open("wb") as file:
            file.truncate(10**12)
    run = RunDir(tmp_path)
    for read_it in (lambda: run.read_json(run_files.SUMMARY), run.read_rows, run.read_log):
        with pytest.raises(NNTrainError, match="has more than 16,777,216 bytes"):
            read_it()


def test_events_are_checked_by_their_kind() -> None:
    records.check(journal_records.Event, {"event": "ask", "values": {}, "epochs": None, "parent": None}, "here")
    for event in ({"event": "none"}, {"event": "start", "trial": -1, "task": 0}, {"event": "pause", "spent": -1}, {}):
        with pytest.raises(NNTrainError, match="this is not a run of nntrain: here"):
            records.check(journal_records.Event, event, "here")
