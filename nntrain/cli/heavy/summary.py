"""`nntrain summary`, from a config to its tables."""

from typing import Any

from nntrain.cli.requests import Summary
from nntrain.cli.summary import parameters_in_words
from nntrain.config.load import Config
from nntrain.runs.preview import Preview
from nntrain.terminal import Terminal

_COLUMNS = ("layer", "path", "output", "trainable", "frozen", "statistics", "constants", "multiplications")


def run(request: Summary, config: Config, terminal: Terminal) -> None:
    """Print a row for each layer, the totals and the memory."""
    preview = Preview.of(config, terminal)
    prepared, layers, total = preview.prepared, preview.layers(), preview.parameters()
    products = sum(layer["multiplications"] for layer in layers)
    memory = {"training": prepared.memory.total, "inference": prepared.memory.inference}
    found = {"layers": layers, "parameters": total, "multiplications": products, "memory": memory}
    terminal.event("model", {"file": request.config, "input": list(prepared.data.schema.shape), **found})
    terminal.line(f"input {shape(prepared.data.schema.shape)}")
    used = [name for name in _COLUMNS if any(layer[name] for layer in layers)]
    terminal.table("", used, [[_cell(name, layer[name]) for name in used] for layer in layers])
    terminal.line(f"{parameters_in_words(total)}, {products:,} multiplications for each example")
    terminal.line(f"memory: training about {prepared.memory}")
    terminal.line(f"        inference about {preview.inference_memory()}")


def _cell(name: str, value: Any) -> Any:
    return shape(value) if name == "output" else value


def shape(sizes: Any) -> str:
    """Return a shape as `28 x 28`."""
    return " x ".join(map(str, sizes)) or "1"
