"""The executor that a command asks for."""

from pathlib import Path

import pytest

from nntrain.config.load import Config, from_document
from nntrain.document import yaml_file
from nntrain.errors import ConfigError
from nntrain.processes.process_pool import ProcessPool
from nntrain.search import executor
from nntrain.search.executor import Workers

CONFIG = """
data: {table: {path: flowers.csv, target: species}}
model: [{Dense: 3}]
train: {threads: 2, init_from: weights.keras}
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "c.yaml").write_text(CONFIG)
    return from_document(yaml_file.read(tmp_path / "c.yaml"))


def test_processes_are_the_default(config: Config) -> None:
    with Workers(2).start(config, "cpu", verbose=False) as pool:
        assert isinstance(pool, ProcessPool)
        assert pool.free == len(pool.processes) == 2


@pytest.mark.parametrize(
    ("workers", "message"),
    [
        (Workers(1, "slurm"), "error: unknown executor `slurm`\n help: use one of `processes`, `ray`"),
        (Workers(0), "error: `--workers` must be 1 or more, got `0`\n help: write `--workers 2`"),
        (
            Workers(1, address="host:6379"),
            "error: `--address` is the address of a Ray cluster\n help: add `--executor ray`",
        ),
        (
            Workers(1, "ray", "host"),
            "error: `--address` must be the address of a Ray cluster, got `host`\n"
            " help: write `--address HOST:PORT`, as `ray start --head` prints it",
        ),
    ],
)
def test_options_that_exclude_each_other_are_an_error(config: Config, workers: Workers, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        workers.start(config, "cpu", verbose=False)
    assert str(caught.value) == message


def test_an_executor_knows_the_files_that_every_machine_must_see(config: Config, tmp_path: Path) -> None:
    names = ("flowers.csv", "weights.keras")
    assert sorted(executor._files(config)) == [str(tmp_path / name) for name in names]
