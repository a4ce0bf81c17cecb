"""`nntrain check --build`: the model of a config."""

from nntrain.cli.summary import parameters_in_words
from nntrain.config.load import Config
from nntrain.config.messages import counted
from nntrain.config.resolve import Resolved
from nntrain.runs import preview
from nntrain.search.search_files import of_first_fold
from nntrain.terminal import Terminal

_MOST_COLUMNS = 100  # rows that describe the columns of a table


def build(config: Config, terminal: Terminal) -> tuple[str, Resolved]:
    """Build the model; return its size in words, and the experiment with nothing left out."""
    with of_first_fold(config) as trained:
        shown = preview.Preview.of(trained, terminal)
    prepared = shown.prepared
    prepared.rehearse()
    if rows := shown.columns():
        terminal.event("columns", {"columns": [dict(zip(preview.COLUMNS, row, strict=True)) for row in rows]})
        terminal.table("columns", preview.COLUMNS, rows[:_MOST_COLUMNS])
        if len(rows) > _MOST_COLUMNS:
            terminal.line(f"{counted(len(rows) - _MOST_COLUMNS, 'more column')}; `--json` prints all")
    for finding in shown.findings():
        for line in finding.lines():
            terminal.note(line)
    parameters = parameters_in_words(prepared.parameters)
    layers = counted(len(prepared.model.layers), "layer")
    if (several := config.experiment.train.ensemble) is not None:
        parameters += f" in each of {several} members"
    return f", {layers}, {parameters}\nmemory: about {prepared.memory}", prepared.resolved
