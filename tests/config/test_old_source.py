"""The old name of the source `table`: an error in a config, and read in a run."""

from pathlib import Path

import pytest

from nntrain.config.load import load
from nntrain.document import yaml_file
from nntrain.errors import ConfigError

OLD = """
data: {csv_table: {path: rows.csv, label: k, ignore: [id], classes: [no, yes]}}
model: [{Dense: 2}]
tune: {engine: RandomSearch, space: {data.csv_table.split_seed: {choice: [1, 2]}}}
"""


def test_a_config_that_nntrain_has_written_is_read_with_its_new_name(tmp_path: Path) -> None:
    (tmp_path / "resolved.yaml").write_text(OLD)
    (tmp_path / "new.yaml").write_text(
        "data: {table: {path: rows.csv, target: k, ignore: [id], classes: [no, yes], task: classification,\n"
        "  columns: numeric, encode: false}}\nmodel: [{Dense: 2}]\n"
    )
    found = load(tmp_path / "resolved.yaml")
    assert found.experiment.data == load(tmp_path / "new.yaml").experiment.data
    assert found.experiment.tune["space"] == {"data.table.split_seed": {"choice": [1, 2]}}


def test_problems_keep_their_places(tmp_path: Path) -> None:
    (tmp_path / "resolved.yaml").write_text(OLD.replace("ignore: [id]", "ignore: [k]").partition("tune")[0])
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "resolved.yaml")
    (problem,) = caught.value.problems
    assert problem.message == "the column `k` is `target`, and ignored"
    assert problem.span is not None and (problem.span.line, problem.path) == (2, ("data", "table"))


@pytest.mark.parametrize(
    ("data", "help"),
    [
        ("csv_table", "write `table: {path: ..., target: ...}`"),
        ("{csv_table: {path: a.csv, target: y}}", "write `table: {path: a.csv, target: y, task: regression}`"),
        (
            "{csv_table: {path: a.csv, label: y, separator: ';'}}",
            "write `table: {path: a.csv, target: y, separator: ;, task: classification}`",
        ),
    ],
)
def test_the_help_is_the_new_line(data: str, help: str, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(f"data: {data}\nmodel: [Flatten]\n")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "net.yaml")
    assert [(problem.message, problem.help) for problem in caught.value.problems] == [
        ("`csv_table` is `table` now", help)
    ]
    line = help.removeprefix("write `").removesuffix("`")
    assert yaml_file.parse(line, "x.yaml").tree
