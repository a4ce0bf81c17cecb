"""What docs/architecture.md shows works."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nntrain import extensions
from nntrain.config import catalogue, named
from nntrain.config.data import Source
from nntrain.data import sources
from nntrain.data.dataset import load

PAGE = (Path(__file__).parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example of a data source, saved in a folder where `extensions` finds it."""
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)
    (tmp_path / "line.py").write_text(example, encoding="utf-8")
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(tmp_path)])
    for found in (extensions.names, named._known):
        found.cache_clear()
    yield
    for found in (extensions.names, named._known):
        found.cache_clear()


@pytest.mark.usefixtures("line")
def test_the_example_is_a_data_source() -> None:
    data = load(Source.parse({"line": {"size": 50}}))
    assert data.schema.features == ("x",)
    assert (data.train.y == 2 * data.train.x + 1).all()
    assert "Points on a line" in catalogue.entries("data")["line"]


def test_the_folders_of_the_table_exist() -> None:
    folders = re.findall(
        r"`([\w/]+/)`", PAGE[PAGE.index("| kind | folder") : PAGE.index("This is a complete data source")]
    )
    assert len(folders) == 9
    for folder in folders:
        assert (Path(sources.__path__[0]).parents[1] / folder).is_dir(), folder
