"""Plug-ins as code in a test."""

from textwrap import dedent
from typing import Any

from nntrain.config.keras.layers import Layer
from nntrain.config.plugin import Plugin, PluginFile, using
from nntrain.plugins.load import load

HEAD = "from typing import Annotated, Any, Literal\nimport keras\nfrom pydantic import Field\n"


def plugin(code: str, name: str = "own") -> Plugin:
    """The plug-in of some code, as if it were a file; its first line is line 4."""
    (loaded,) = load([PluginFile(f"/nowhere/{name}.py", (HEAD + dedent(code)).encode())])
    return loaded


def layer(arguments: str) -> Plugin:
    """The plug-in of a layer `Own` whose `__init__` has these arguments."""
    code = f"class Own(keras.layers.Layer):\n    def __init__(self, {arguments}, **kwargs): super().__init__(**kwargs)"
    return plugin(code)


def parsed(loaded: Plugin, value: Any) -> Any:
    """The options of a layer in a config."""
    with using([loaded]):
        return Layer.parse(value)
