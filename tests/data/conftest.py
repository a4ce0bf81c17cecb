"""Data from .npz files, as a user would give them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.data import Source
from nntrain.data.dataset import load
from nntrain.errors import DataError


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """Saves arrays in a file."""

    def file(x: np.ndarray, y: np.ndarray, **arrays: np.ndarray) -> Path:
        np.savez(tmp_path / "data.npz", x=x, y=y, **arrays)  # type: ignore[arg-type]
        return tmp_path / "data.npz"

    return file


@pytest.fixture
def source() -> Callable[..., Source]:
    """Makes the section `data` of a config from a file and the options of `npz_file`."""
    return lambda file, **options: Source.parse({"npz_file": {"path": str(file), **options}})


@pytest.fixture
def numbered(saved: Callable[..., Path], source: Callable[..., Source]) -> Callable[..., Source]:
    """Rows whose only two features are their position and 1, sorted by class."""

    def rows(counts: list[int], **options: Any) -> Source:
        y = np.repeat(np.arange(len(counts)), counts)
        x = np.stack([np.arange(len(y)), np.ones(len(y))], axis=1)
        return source(saved(x, y), **options)

    return rows


@pytest.fixture
def text_of() -> Callable[[Source], str]:
    """The error of data that cannot be used."""

    def text(source: Source) -> str:
        with pytest.raises(DataError) as caught:
            load(source)
        return str(caught.value)

    return text
