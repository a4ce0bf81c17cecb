import csv
import json
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.requests import Runs
from nntrain.errors import ConfigError
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal


def make(
    runs: Path, name: str, start: str = "2026-01-01T10:00:00", status: Any = 0, metrics: Any = None, **summary: Any
) -> Path:
    """The small files of a run; without metrics it has not got as far as its summary."""
    run = RunDir.create(runs, name)
    run.write(run_files.RESOLVED, "data: iris\n")
    run.write_json(run_files.ENVIRONMENT, {"start": start, **({} if status is None else {"exit_status": status})})
    if metrics is not None:
        run.write_json(run_files.SUMMARY, {"metrics": metrics, **summary})
    return run.path


def rows(runs: Path, sort: str | None, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    Runs(runs_dir=runs, sort=sort).run(Terminal(as_json=True))
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["runs"]
    return found


def names(runs: Path, sort: str | None, capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [Path(row["run"]).name for row in rows(runs, sort, capsys)]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three good runs, one that failed, one that trains, one of a group, and three that are damaged."""
    make(tmp_path, "old", "2026-01-01", metrics={"test": {"accuracy": 0.9, "loss": 0.2}}, epochs=5, best_epoch=4)
    make(tmp_path, "new", "2026-01-03", metrics={"test": {"accuracy": 0.7, "loss": 0.9}}, epochs=9, best_epoch=2)
    make(tmp_path, "two", "2026-01-02", metrics={"test": {"accuracy": 0.8, "loss": None}, "train": {"auc": 0.5}})
    make(tmp_path, "bad", "2026-01-04", status=5, metrics={}, stopped="a loss is not finite")
    make(tmp_path, "run", "2026-01-05", status=None)
    make(tmp_path / "group", "seed-1", "2026-01-06", metrics={"test": {"accuracy": 0.6}})
    (make(tmp_path, "cut") / run_files.ENVIRONMENT).write_text('{"start": "2026')
    (make(tmp_path, "list") / run_files.SUMMARY).write_text("[1, 2]")
    (make(tmp_path, "none") / run_files.ENVIRONMENT).unlink()
    (tmp_path / "no run").mkdir()
    (tmp_path / "file").write_text("x")
    return tmp_path


def test_runs_are_listed_with_the_newest_first_and_the_damaged_last(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = names(runs, None, capsys)
    assert found[:6] == ["seed-1", "run", "bad", "new", "two", "old"]
    assert set(found[6:]) == {"cut", "list", "none"}


def test_every_run_shows_its_state(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    states = {Path(row["run"]).name: row["state"] for row in rows(runs, None, capsys)}
    assert {name: states[name] for name in ("old", "bad", "run")} == {
        "old": "done",
        "bad": "failed: a loss is not finite",
        "run": "killed",
    }
    assert states["cut"].startswith(f"`{runs / 'cut' / run_files.ENVIRONMENT}` is damaged: ")
    assert states["list"] == f"`{runs / 'list' / run_files.SUMMARY}` is damaged: it is not a JSON object"
    assert states["none"] == f"`{runs / 'none' / run_files.ENVIRONMENT}` is missing"


def test_a_run_that_failed_without_a_summary_shows_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path, "a", status=4)
    assert [row["state"] for row in rows(tmp_path, None, capsys)] == ["failed with exit code 4"]


def test_sorting_puts_the_best_first_and_runs_without_the_metric_last(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert names(runs, "test.accuracy", capsys)[:4] == ["old", "two", "new", "seed-1"]
    assert names(runs, "accuracy", capsys) == names(runs, "test.accuracy", capsys)
    assert names(runs, "loss", capsys)[:2] == ["old", "new"]
    assert names(runs, "auc", capsys)[0] == "two"
    assert len(names(runs, "auc", capsys)) == 9


def test_an_error_is_better_when_it_is_lower(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in (("a", 2.0), ("b", 1.0), ("c", 3.0)):
        make(tmp_path, name, metrics={"validation": {"mean_absolute_error": value}})
    assert names(tmp_path, "mean_absolute_error", capsys) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("mae", "mae"),
        ("mae", "val_mae"),
        ("mean_absolute_error", "mae"),
        ("mean_absolute_error", "validation.mae"),
        ("mean_absolute_error", "val_mae"),
    ],
)
def test_a_metric_says_which_value_is_better(
    name: str, sort: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for run, value in (("a", 2.0), ("b", 1.0), ("c", 3.0)):
        make(tmp_path, run, metrics={"validation": {name: value}})
    assert names(tmp_path, sort, capsys) == ["b", "a", "c"]


def test_a_metric_with_a_name_of_its_own_is_sorted_as_the_config_of_its_run_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for run, value in (("a", 2.0), ("b", 1.0), ("c", 3.0)):
        path = make(tmp_path, run, metrics={"test": {"precise": value, "no_loss": value}})
        metrics = "[{MeanAbsoluteError: {name: precise}}, {R2Score: {name: no_loss}}]"
        (path / run_files.RESOLVED).write_text(
            f"data: {{toy_2d: reg_plane}}\nmodel: [Dense: 1]\ntrain: {{metrics: {metrics}}}\n"
        )
    assert names(tmp_path, "precise", capsys) == ["b", "a", "c"]
    assert names(tmp_path, "no_loss", capsys) == ["c", "a", "b"]


def test_a_column_of_metrics_csv_names_its_split(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for run, test, validation, train in (("a", 3.0, 2.0, 1.0), ("b", 1.0, 3.0, 2.0), ("c", 2.0, 1.0, 3.0)):
        make(
            tmp_path,
            run,
            metrics={"train": {"loss": train}, "validation": {"loss": validation}, "test": {"loss": test}},
        )
    assert names(tmp_path, "val_loss", capsys) == ["c", "a", "b"]
    assert names(tmp_path, "validation.loss", capsys) == ["c", "a", "b"]
    assert names(tmp_path, "loss", capsys) == names(tmp_path, "val_loss", capsys)  # not of the test split
    assert names(tmp_path, "test_loss", capsys) == ["b", "c", "a"]
    assert names(tmp_path, "train_loss", capsys) == ["a", "b", "c"]


def test_the_table_shows_the_metric_that_sorts_it(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Runs(runs_dir=runs, sort="loss").run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    assert "test.loss" in lines[0]
    assert "0.2000" in lines[1]
    Runs(runs_dir=runs, sort=None).run(Terminal())
    head = capsys.readouterr().out.splitlines()[0]
    assert " auc " in head and "test" not in head  # the test split is shown where it is asked for


def test_an_unknown_metric_is_an_error_that_names_the_known_ones(runs: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Runs(runs_dir=runs, sort="speed").run(Terminal())
    assert caught.value.problems[0].message == "no run has the metric `speed`"
    assert caught.value.problems[0].help == "the metrics are `test.accuracy`, `test.loss`, `train.auc`"
    with pytest.raises(ConfigError) as caught:
        Runs(runs_dir=runs, sort="-test_loss").run(Terminal())
    assert caught.value.problems[0].help == "write `test_loss`"
    with pytest.raises(ConfigError) as caught:
        Runs(runs_dir=runs, sort="acuracy").run(Terminal())
    assert caught.value.problems[0].help == "write `accuracy`"


def test_an_empty_folder_a_missing_one_and_one_without_metrics_are_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, sort in ((tmp_path, None), (tmp_path / "none", None), (tmp_path, "accuracy")):
        Runs(runs_dir=folder, sort=sort).run(Terminal())
        assert capsys.readouterr().out == f"no runs in `{folder}`\n"
    make(tmp_path, "a", status=None)
    assert names(tmp_path, None, capsys) == ["a"]


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "runs"
    file.write_text("")
    with pytest.raises(ConfigError, match="is not a folder"):
        Runs(runs_dir=file, sort=None).run(Terminal())


@pytest.mark.parametrize(
    "summary",
    ['{"metrics": 3}', '{"metrics": {"test": 3}}', '{"metrics": {"test": {"accuracy": "x"}}}', '{"epochs": {}}', "{}"]
    + [
        '{"metrics": {"test": {"accuracy": NaN}}}',
        "[" * 10_000,
        "\x00",
        "",
        "null",
        '{"metrics": {"test": {"a": {}}}}',
    ],
)
def test_no_content_of_a_summary_stops_the_list(
    summary: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path, "good", metrics={"test": {"accuracy": 0.5}})
    (make(tmp_path, "odd") / run_files.SUMMARY).write_text(summary)
    assert names(tmp_path, "accuracy", capsys) == ["good", "odd"]
    Runs(runs_dir=tmp_path, sort="accuracy").run(Terminal())
    assert "odd" in capsys.readouterr().out


def test_a_run_has_a_line_with_its_metric(trained: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained("plane")
    capsys.readouterr()
    Runs(runs_dir=run.path.parent, sort="loss").run(Terminal())
    names, line = capsys.readouterr().out.splitlines()
    assert names.split() == ["run", "started", "epochs", "best", "epoch", "val_loss", "state"]
    assert line.startswith(f"{run} ") and line.split()[-1] == "done"


def configured(runs: Path, name: str, resolved: str, value: float) -> Path:
    path = make(runs, name, metrics={"validation": {"accuracy": value}, "test": {"accuracy": 0.1}})
    (path / run_files.RESOLVED).write_text(f"data: iris\nmodel: [Dense: 3]\ntrain: {resolved}\n")
    return path


@pytest.fixture
def three(tmp_path: Path) -> Path:
    configured(tmp_path, "a", "{optimizer: {SGD: {momentum: 0.9}}, epochs: 3}", 0.7)
    configured(tmp_path, "b", "{optimizer: Adam, epochs: 3}", 0.9)
    configured(tmp_path, "c", "{optimizer: Adam, epochs: 5}", 0.8)
    return tmp_path


def test_the_values_in_which_runs_differ_are_columns(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Runs(runs_dir=three, sort="val_accuracy").run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[2:6] == ["optimizer", "train.epochs", "epochs", "best"]
    assert "val_accuracy" in lines[0]
    assert [line.split()[-5:-3] for line in lines[1:]] == [["10:00", "Adam"], ["10:00", "Adam"], ["10:00", "SGD"]]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("optimizer=Adam", ["b", "c"]),
        ("optimizer=Adam and val_accuracy>0.85", ["b"]),
        ("momentum>=0.9", ["a"]),
        ("train.epochs<4 and data=iris", ["a", "b"]),
        ("state!=done", []),
    ],
)
def test_conditions_choose_runs(where: str, found: list[str], three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Runs(runs_dir=three, where=where).run(Terminal(as_json=True))
    rows = json.loads(capsys.readouterr().out)["runs"]
    assert sorted(Path(row["run"]).name for row in rows) == found


def test_a_condition_on_what_no_run_has_is_an_error(three: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Runs(runs_dir=three, where="optimiser=Adam").run(Terminal())
    assert caught.value.problems[0].help == "write `optimizer`"


def test_no_run_that_fulfils_it_is_said(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Runs(runs_dir=three, where="optimizer=Lion").run(Terminal())
    assert capsys.readouterr().out == f"no run in `{three}` fulfils `optimizer=Lion`\n"


def test_csv_has_every_metric(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Runs(runs_dir=three, sort="val_accuracy", csv=True).run(Terminal())
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [Path(row["run"]).name for row in rows] == ["b", "c", "a"]
    assert [row["test.accuracy"] for row in rows] == ["0.1"] * 3
    assert [row["train.optimizer"] for row in rows] == ["Adam", "Adam", "SGD"]


def test_a_group_is_one_row_with_the_mean_of_its_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    members = {"seed-1": {}, "seed-2": {}}
    for name, value in zip(members, (0.8, 0.9), strict=True):
        configured(tmp_path / "net", name, "{epochs: 3}", value)
    group = RunDir(tmp_path / "net")
    group.write_json(run_files.GROUP, {"kind": "seeds", "members": members})
    statistics = {"validation": {"accuracy": {"mean": 0.85}}}
    group.write_json(run_files.SUMMARY, {"runs": members, "failed": {}, "statistics": statistics})
    (row,) = rows(tmp_path, None, capsys)
    assert (row["kind"], row["figures"]) == ("group", {"validation.accuracy": 0.85})
    assert row["state"] == "mean of 2 runs over seeds; done"
    Runs(runs_dir=tmp_path, all=True).run(Terminal(as_json=True))
    assert [Path(row["run"]).name for row in json.loads(capsys.readouterr().out)["runs"]] == ["net", "seed-1", "seed-2"]
    (group.path / run_files.SUMMARY).unlink()
    assert [row["state"] for row in rows(tmp_path, None, capsys)] == ["2 runs over seeds; killed"]


@pytest.mark.parametrize("kind", ["seeds", "folds"])
def test_a_group_has_the_values_that_its_runs_share(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (1, 2):
        path = configured(tmp_path / "net", f"one-{number}", "{epochs: 3}", 0.5)
        (path / run_files.RESOLVED).write_text(
            f"seed: {number}\ndata: {{iris: {{fold: {{index: {number}, count: 2}}}}}}\nmodel: [Dense: 3]\n"
        )
    RunDir(tmp_path / "net").write_json(run_files.GROUP, {"kind": kind, "members": {"one-1": {}, "one-2": {}}})
    Runs(runs_dir=tmp_path, where="data=iris").run(Terminal(as_json=True))
    assert [Path(row["run"]).name for row in json.loads(capsys.readouterr().out)["runs"]] == ["net"]
    with pytest.raises(ConfigError, match="no run has `fold.index`"):
        Runs(runs_dir=tmp_path, where="fold.index=1").run(Terminal())
