"""`nntrain schema`: the JSON Schema of a config."""

from nntrain.cli import output_file
from nntrain.cli.requests import Schema
from nntrain.config import json_schema
from nntrain.storage.atomic import write_text
from nntrain.terminal import Terminal


def run(request: Schema, terminal: Terminal) -> None:
    """Print the schema, the same text for every output of the process, or write it; raises ConfigError for a folder."""
    if request.output is None:
        print(json_schema.text(), end="")
        return
    output_file.refuse(request.output, example=json_schema.FILE)
    write_text(request.output, json_schema.text())
    terminal.note(f"the schema is in {request.output}; a config beside it names it by this comment:")
    terminal.note(json_schema.line(request.output.name))
