"""`nntrain schema`: the JSON Schema of a config."""

from nntrain.cli.requests import Schema
from nntrain.config import json_schema
from nntrain.terminal import Terminal


def run(request: Schema, terminal: Terminal) -> None:
    """Print the schema, the same text for every output of the process."""
    print(json_schema.text(), end="")
