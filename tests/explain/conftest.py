"""Explanations of small configs."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from nntrain import backend

Of = Callable[..., Any]


@pytest.fixture
def subject_of(tmp_path: Path) -> Of:
    """Makes the explained model of a config that is given as text."""
    backend.start("cpu")

    def of(text: str, *assignments: str) -> Any:
        from nntrain.config.load import load
        from nntrain.explain import explained_model

        config = tmp_path / "net.yaml"
        config.write_text(dedent(text), encoding="utf-8")
        return explained_model.of_config(load(config, assignments))

    return of


@pytest.fixture
def explained(subject_of: Of) -> Of:
    """Makes the explanation of a config that is given as text; the options are those of `Wish`."""

    def of(text: str, *assignments: str, **wish: Any) -> Any:
        from nntrain.explain import example

        return example.explain(subject_of(text, *assignments), example.Wish(**wish))

    return of
