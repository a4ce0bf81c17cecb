"""Names of runs."""

from pathlib import Path

import pytest

from nntrain.storage.run_dir import RunDir
from nntrain.storage.run_files import refuse_bad_name, run_name


@pytest.mark.parametrize("name", ["a", "0", "net-2", "Net_1.5", "x" * 100, "con", "a..b"])
def test_plain_names_are_taken(name: str, tmp_path: Path) -> None:
    refuse_bad_name(name)
    assert RunDir.create(tmp_path, name).path == tmp_path / name


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ("configs/iris.yaml", "iris"),
        ("my net (2).yaml", "my-net-2"),
        ("../größe.yaml", "gr-e"),
        (".yaml", "yaml"),
        ("--.yaml", "run"),
        ("日本.yaml", "run"),
        ("_x.yaml", "run"),
        ("x" * 300 + ".yaml", "x" * 100),
        ("x" * 99 + ".2.yaml", "x" * 99),
        ("a.b.yaml", "a.b"),
        ("/dev/fd/63", "run"),
    ],
)
def test_every_config_gives_its_run_a_name_that_is_allowed(config: str, name: str) -> None:
    assert run_name(config) == name
    refuse_bad_name(run_name(config))
