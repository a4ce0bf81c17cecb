import json
from typing import Any

import pytest

from nntrain.errors import ConfigError
from nntrain.playground.settings import Settings, as_json, settings_from


def test_settings_go_to_the_page_and_back() -> None:
    settings = Settings(kind="spiral", features=("x", "sin_y"), hidden=(3,), columns=None)
    assert settings_from(json.dumps(as_json(settings)).encode()) == settings


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"kind": "square"}, "kind"),
        ({"features": []}, "features"),
        ({"features": ["x", "x"]}, "settings"),
        ({"columns": ["a", "a"]}, "settings"),
        ({"hidden": [17]}, "hidden.0"),
        ({"hidden": [1] * 9}, "hidden"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"noise": 1e999}, "noise"),
        ({"activation": "tanh\n- x"}, "settings"),
        ({"unknown": 1}, "unknown"),
        ({"seed": "1"}, "seed"),
    ],
)
def test_anything_else_is_refused_with_its_place(values: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError, match=f"`{place}`: "):
        settings_from(json.dumps({**as_json(Settings()), **values}).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"{", b"\xff"])
def test_what_is_no_object_is_refused(text: bytes) -> None:
    with pytest.raises(ConfigError):
        settings_from(text)
