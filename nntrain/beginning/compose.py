"""A config as text: header, data, model, train, for a reader who sees such a file for the first time."""

import textwrap
from collections.abc import Iterator

from nntrain.beginning.facts import Draft, Facts
from nntrain.config import json_schema
from nntrain.document.yaml_file import inline
from nntrain.errors import one_line

_WIDTH = 116


def config_text(name: str, facts: Facts, draft: Draft, schema: str = "") -> str:
    """Return the text of a config.

    name: of its file, as the command in the first line writes it. schema: the path of its JSON Schema from there.
    """
    header = [f"nntrain fit {name}", *wrapped(draft.about), *(line for note in facts.notes for line in wrapped(note))]
    parts = [
        *(f"# {line}" for line in header),
        *([json_schema.line(schema)] if schema else []),
        "seed: 42  # the same seed gives the same weights",
        *_data(facts),
        "model:",
        textwrap.indent(draft.model.strip(), "  "),
        "train:",
        textwrap.indent(draft.train.strip(), "  "),
    ]
    return "\n".join(parts) + "\n"


def wrapped(text: str) -> list[str]:
    """Return a text as lines, whatever its line breaks were."""
    return textwrap.wrap(one_line(" ".join(text.split())), _WIDTH, break_long_words=False, break_on_hyphens=False)


def _data(facts: Facts) -> Iterator[str]:
    """Yield the lines of the section `data`: an option a line, with what is said about it."""
    [(source, options)] = facts.data.items()
    if not options:
        yield f"data: {source}"
        return
    yield "data:"
    yield f"  {source}:"
    for option, value in options.items():
        comment = f"  # {one_line(facts.comments[option])}" if option in facts.comments else ""
        yield f"    {option}: {inline(value)}{comment}"
