"""A run, a group or a search is found by its name, by its path, or in a folder."""

import os
from pathlib import Path

import pytest

from nntrain.errors import ConfigError
from nntrain.storage import run_files
from nntrain.storage.find_runs import Group, Search, all_runs, find, find_run, find_weights, folder_of_runs
from nntrain.storage.run_dir import RunDir


def test_a_run_is_opened_by_its_name_or_by_its_path(tmp_path: Path) -> None:
    made = RunDir.create(tmp_path, "net")
    made.write(run_files.RESOLVED, "data: iris\n")
    assert find_run(tmp_path, "net") == find_run(Path("elsewhere"), str(made)) == made


def test_other_folders_are_not_opened_as_runs(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("none", "empty", "", "x\0"):
        with pytest.raises(ConfigError, match="unknown run"):
            find_run(tmp_path, name)


def test_a_folder_that_is_no_run_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        find_run(Path("runs"), str(tmp_path))
    assert caught.value.problems[0].help.startswith("the folder holds no `resolved.yaml`, as every run does")


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("bas", "write `base`; `nntrain runs` lists the runs in `{0}`"),
        ("bas.keras", "write `base.keras`"),
        ("far", "`nntrain runs` lists the runs in `{0}`; a file needs its path"),
    ],
)
def test_weights_that_are_not_there_offer_the_nearest(name: str, help: str, tmp_path: Path) -> None:
    RunDir.create(tmp_path, "base").write(run_files.RESOLVED, "data: iris\n")
    (tmp_path / "base.keras").touch()
    with pytest.raises(ConfigError) as caught:
        find_weights(tmp_path, name, tmp_path / name)
    assert caught.value.problems[0].help == help.format(tmp_path)


def test_a_group_of_runs_names_one_of_its_runs(tmp_path: Path) -> None:
    group = RunDir.create(tmp_path, "group")
    group.write_json(run_files.SUMMARY, {})
    for seed in (2, 1):
        RunDir.create(group.path, f"seed-{seed}").write(run_files.RESOLVED, "")
    with pytest.raises(ConfigError) as caught:
        find_run(tmp_path, "group")
    assert caught.value.problems[0].help == "name one of its runs, such as `group/seed-1`"


def test_a_search_names_its_best_trial(tmp_path: Path) -> None:
    search = RunDir.create(tmp_path, "search")
    search.write(run_files.JOURNAL, "")
    assert _refused(tmp_path) == "name one of its trials, such as `search/...`"
    for name in ("trial-001", "trial-002/repeat-1", "trial-002/repeat-2"):
        (search.path / name).mkdir(parents=True)
        RunDir(search.path / name).write(run_files.RESOLVED, "")
    assert _refused(tmp_path) == "name one of its trials, such as `search/trial-001`"
    search.write_json(run_files.SUMMARY, {"best": {"run": "trial-002"}})
    assert _refused(tmp_path) == "name one of its trials, such as `search/trial-002/repeat-1`"


def _refused(runs: Path) -> str:
    with pytest.raises(ConfigError, match="`search` is a search, not one run") as caught:
        find_run(runs, "search")
    return caught.value.problems[0].help


def test_all_runs_are_found_and_those_inside_groups_and_repeated_trials(tmp_path: Path) -> None:
    for path in ("a", "group/b", "search/trial-001/repeat-1", "group/far/too/deep", "no_run"):
        (tmp_path / path).mkdir(parents=True)
        if path != "no_run":
            (tmp_path / path / run_files.RESOLVED).write_text("")
    assert {os.fspath(run.path.relative_to(tmp_path)) for run in all_runs(tmp_path)} == {
        "a",
        "group/b",
        "search/trial-001/repeat-1",
    }


@pytest.mark.parametrize(
    ("file", "kind"), [("resolved.yaml", RunDir), ("group.json", Group), ("journal.jsonl", Search)]
)
def test_a_directory_is_found_by_its_name_and_by_its_path(tmp_path: Path, file: str, kind: type) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / file).write_text("")
    for found in (find(tmp_path, "net"), find(Path("elsewhere"), str(tmp_path / "net"))):
        assert type(found) is kind
        assert found.path == tmp_path / "net"


@pytest.mark.parametrize(
    ("run", "holder"),
    [
        ("net", ""),
        ("group/seed-1", "group/group.json"),
        ("search/trial-001", "search/journal.jsonl"),
        ("search/trial-001/repeat-2", "search/journal.jsonl"),
    ],
)
def test_the_folder_of_runs_is_above_groups_and_searches(run: str, holder: str, tmp_path: Path) -> None:
    (tmp_path / run).mkdir(parents=True)
    if holder:
        (tmp_path / holder).touch()
    assert folder_of_runs(tmp_path / run) == tmp_path
