"""Plots as pixels, and the runs that they are drawn of."""

from io import BytesIO
from typing import Any, Protocol

import numpy as np
import pytest
from PIL import Image


class Pixels(Protocol):
    def __call__(self, content: bytes) -> np.ndarray: ...


@pytest.fixture(scope="session")
def pixels() -> Pixels:
    """Decodes a PNG to (height, width, 3), which must not be blank."""

    def decoded(content: bytes) -> np.ndarray:
        assert content.startswith(b"\x89PNG")
        found = np.asarray(Image.open(BytesIO(content)).convert("RGB"))
        assert (found < 200).any()
        return found

    return decoded


@pytest.fixture(scope="session")
def scored(trained: Any) -> Any:
    """The run of a config of the conftest, as plots see it."""
    from nntrain.evaluation.saved_run import SavedRun
    from nntrain.subject import read

    kept: dict[str, SavedRun] = {}

    def run(name: str) -> SavedRun:
        if name not in kept:
            kept[name] = SavedRun(read(trained(name)))
        asked = SavedRun(kept[name].subject)
        asked.__dict__ |= {"data": kept[name].data, "scorer": kept[name].scorer}  # which take longer than a plot
        return asked

    return run
