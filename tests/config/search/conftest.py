"""A config with a search, read from a space and the other options of its section `tune`."""

from collections.abc import Callable

import pytest

from nntrain.config.load import Config, from_document
from nntrain.config.search.load import search_of
from nntrain.config.search.space import Search
from nntrain.document import yaml_file
from nntrain.errors import ConfigError

CONFIG = """data: iris
model:
  - Dense: {units: 40, activation: relu}
  - Dropout: 0.2
  - Dense: {units: 3, activation: softmax}
train:
  epochs: 5
  optimizer: {SGD: {learning_rate: 0.1}}
  metrics: [accuracy]
"""


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


@pytest.fixture
def plain() -> str:
    """The config without a search."""
    return CONFIG


@pytest.fixture
def read() -> Callable[..., Config]:
    """Reads a config with this search."""

    def config(space: str, options: str = "", config: str = CONFIG) -> Config:
        text = f"{config}tune:\n{_indented(options, 2)}  space:\n{_indented(space, 4)}"
        return from_document(yaml_file.parse(text, "c.yaml"))

    return config


@pytest.fixture
def search(read: Callable[..., Config]) -> Callable[..., Search]:
    """Reads the search."""
    return lambda *arguments, **options: search_of(read(*arguments, **options))


@pytest.fixture
def refused(search: Callable[..., Search]) -> Callable[..., list[str]]:
    """The messages of an invalid search."""

    def messages(*arguments: str, **options: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            search(*arguments, **options)
        return [problem.message for problem in caught.value.problems]

    return messages
