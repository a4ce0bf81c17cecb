"""The configs of a group: over seeds, over folds, and read back from the group's directory."""

from pathlib import Path

import numpy as np
import pytest

from nntrain.config.load import load
from nntrain.data import dataset
from nntrain.errors import ConfigError, NNTrainError
from nntrain.runs.group_config import GroupConfig, parse_seeds
from nntrain.storage.run_dir import RunDir

TEXT = """# a comment
data: {table: {path: points.csv, target: side}}
model: [{Dense: {units: 1, activation: sigmoid}}]
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A config of 30 rows in two classes, its data beside it."""
    random = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{'left' if a < b else 'right'}" for a, b in random.normal(size=(30, 2))]
    (tmp_path / "points.csv").write_text("\n".join(["u,v,side", *rows]) + "\n")
    (tmp_path / "net.yaml").write_text(TEXT)
    return tmp_path / "net.yaml"


@pytest.mark.parametrize(("text", "seeds"), [("3", [1, 2, 3]), ("7,0,42", [7, 0, 42]), ("5,", [5])])
def test_seeds_are_a_count_or_a_list(text: str, seeds: list[int]) -> None:
    assert parse_seeds(text) == seeds


def test_each_seed_has_a_config(table: Path) -> None:
    group = GroupConfig.over_seeds(load(table, seed=9), "7,0")
    assert group.kind == "seeds"
    assert {name: config.experiment.seed for name, config in group.members.items()} == {"seed-7": 7, "seed-0": 0}
    assert group.first.experiment.seed == 7


def test_folds_cover_every_row_exactly_once(table: Path) -> None:
    config = load(table)
    configs = GroupConfig.over_folds(config, 5).members
    assert list(configs) == [f"fold-{index}" for index in range(1, 6)]
    parts = [dataset.load(member.experiment.data) for member in configs.values()]
    rows = np.concatenate([part.test.x for part in parts if part.test is not None])
    (whole,) = {len(part.train.x) + len(part.validation.x) + len(part.test.x) for part in parts}  # type: ignore[union-attr]
    assert whole == len(rows) == len(np.unique(rows, axis=0)) == 30
    assert "fold-01" in GroupConfig.over_folds(config, 10).members


@pytest.mark.parametrize("count", [1, 1001])
def test_a_number_of_folds_outside_the_limits_is_an_error(table: Path, count: int) -> None:
    with pytest.raises(ConfigError) as caught:
        GroupConfig.over_folds(load(table), count)
    assert str(caught.value) == (
        f"error: `--folds` takes a number from 2 to 1000, got `{count}`\n help: write `--folds 10`"
    )


def test_a_group_is_read_as_it_was_written(table: Path, tmp_path: Path) -> None:
    (tmp_path / "group").mkdir()
    directory, written = RunDir(tmp_path / "group"), GroupConfig.over_folds(load(table), 3)
    written.write(directory)
    read = GroupConfig.read(directory)
    assert (read.kind, list(read.members)) == ("folds", ["fold-1", "fold-2", "fold-3"])
    for name, config in written.members.items():
        assert read.members[name].experiment == config.experiment
        assert read.members[name].document.data == TEXT.encode()
    assert (directory.path / "config.yaml").read_text() == TEXT


def test_a_group_of_somebody_else_is_no_group(table: Path, tmp_path: Path) -> None:
    directory = RunDir.create(tmp_path, "group")
    GroupConfig.over_folds(load(table), 3).write(directory)
    content = directory.read_json("group.json")
    directory.write_json("group.json", {**content, "members": {"../../x": content["members"]["fold-1"]}})
    with pytest.raises(
        NNTrainError, match="this is not a run of nntrain: `.*group.json` has an invalid `members.../../x"
    ):
        GroupConfig.read(directory)
    directory.write_json("group.json", content)
    (directory.path / "config.yaml").unlink()
    with pytest.raises(NNTrainError, match="config.yaml` is missing"):
        GroupConfig.read(directory)
