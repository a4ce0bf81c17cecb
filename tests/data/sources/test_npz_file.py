"""The options of `npz_file`."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from nntrain.config.data import Source


def source(**options: Any) -> Source:
    return Source.parse({"npz_file": {"path": "d.npz", **options}})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "regression", "classes": ["a", "b"]}, "a regression has no `classes`"),
        ({"classes": ["a"]}, "`classes` must be at least 2 different names"),
        ({"task": "clustering"}, "`task` must be one of `classification`, `regression`, got `clustering`"),
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        source(**options)
