"""What ends a search before its first trial is trained."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tune = Callable[..., Any]

MODEL = ("--set", "model=[Normalization, {Dense: {units: 8, activation: relu}}]", "--set")
COLUMNS = "data={table: {path: data.csv, %s}}"


def write_data(folder: Path, cell: str = "1") -> None:
    lines = [f"{number % 7},{number % 5},{'ab'[number % 2]}" for number in range(60)]
    (folder / "data.csv").write_text(f"x,y,label\n3,{cell},a\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize(("cell", "columns", "own"), [("?", "target: label", True), ("1", "target: colour", False)])
def test_wrong_data_end_a_search_at_once_with_the_message_of_fit(
    searching: Any, in_process: Any, nntrain: Any, tmp_path: Path, cell: str, columns: str, own: bool
) -> None:
    write_data(tmp_path, cell)
    searching("  trials: 5\n  on_error: continue\n")
    data = (*MODEL, COLUMNS % columns)
    fitted = in_process(tmp_path, "fit", "net.yaml", "-q", *data)
    assert "data.csv:2:3" in fitted.stderr or "--set data" in fitted.stderr
    # The message may name the file from the folder of the process; then two workers are started here.
    run, workers = (in_process, "2") if own else (nntrain, "1")
    found = run(tmp_path, "tune", "net.yaml", "-q", "--no-plots", "--workers", workers, *data)
    assert (found.returncode, found.stderr) == (4, fitted.stderr)
    assert not list(tmp_path.glob("runs/*"))
    dry = in_process(tmp_path, "tune", "net.yaml", "-q", "--dry-run", *data)
    assert (dry.returncode, dry.stderr) == (4, fitted.stderr)


def test_a_config_that_does_not_fit_the_data_ends_a_search_at_once(tune: Tune, in_process: Any, tmp_path: Path) -> None:
    write_data(tmp_path)
    wrong = (*MODEL, COLUMNS % "target: label", "--set", "model=[{Dense: {units: 5, activation: softmax}}]")
    found = tune("  trials: 5\n", *wrong, space="  space: {train.batch_size: {choice: [8, 16]}}\n")
    fitted = in_process(tmp_path, "fit", "net.yaml", "-q", *wrong)
    assert (found.code, found.err) == (2, fitted.stderr) and "5" in found.err
    assert not list(tmp_path.glob("runs/*"))


def test_data_that_are_wrong_for_one_value_fail_one_trial(tune: Tune, tmp_path: Path) -> None:
    write_data(tmp_path, "?")
    space = "  engine: GridSearch\n  space: {data.table.ignore: {choice: [[y], [x]]}}\n"
    found = tune("", *MODEL, COLUMNS % "target: label, ignore: [y]", space=space)
    assert found.code == 0, found.err
    assert found.column("status") == ["done", "failed"]


def test_the_same_command_searches_once_the_data_are_correct(tune: Tune, tmp_path: Path) -> None:
    write_data(tmp_path, "?")
    data = (*MODEL, COLUMNS % "target: label")
    assert tune("  trials: 1\n", *data).code == 4
    write_data(tmp_path)
    found = tune("  trials: 1\n", *data)
    assert (found.code, found.column("status"), [path.name for path in tmp_path.glob("runs/*")]) == (
        0,
        ["done"],
        ["net"],
    )
