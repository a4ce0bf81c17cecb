"""What each entry of a weight on the columns of a table stands for: a column, a value of a category, an empty cell."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras

from nntrain.config.messages import listed
from nntrain.config.table import Table
from nntrain.model.custom import Network
from nntrain.model.table_encoding import TableEncoding
from nntrain.model.table_layers import PeriodicEmbedding, PlaneFeatures

Entry = tuple[Any, ...]


class Along(NamedTuple):
    """What the entries of a weight along one of its axes stand for."""

    axis: int
    entries: list[Entry]


class Weights(NamedTuple):
    """By path what the weights are that follow the columns; whether these are all up to the first Dense.

    flow: what the numbers stand for after the last layer that was followed.
    """

    along: dict[str, Along]
    complete: bool
    flow: list[Entry]


def weights_of_columns(model: Network, table: Table) -> Weights:
    """Return the weights of a model that have entries for the columns of its table, up to its first Dense."""
    columns = _columns(table)
    along: dict[str, Along] = {}
    flow: list[Entry] = [(name, *values) for name, values in columns]
    for layer in model.layers:
        if isinstance(layer, TableEncoding):
            along |= _statistics(layer, columns)
            flow = _encoded(layer, columns)
        elif isinstance(layer, PeriodicEmbedding):
            count = len(flow) if layer.columns is None else layer.columns
            along |= {weight.path: Along(0, flow[:count]) for weight in layer.weights}
            flow = [*((*entry, unit) for entry in flow[:count] for unit in range(layer.units)), *flow[count:]]
        elif isinstance(layer, PlaneFeatures):
            return Weights(along, False, flow)  # which column is x depends on their order
        elif isinstance(layer, keras.layers.Dense):
            return Weights({**along, layer.kernel.path: Along(0, flow)}, True, flow)
        elif tuple(layer.output.shape[1:]) != (len(flow),):
            return Weights(along, False, flow)
        else:
            along |= {weight.path: Along(-1, flow) for weight in layer.weights if weight.shape[-1:] == (len(flow),)}
    return Weights(along, True, flow)


def _columns(table: Table) -> list[tuple[str, tuple[str, ...]]]:
    """Return the name of each column of the matrix, and the values of those that are categories."""
    return [
        (name, column.categories if column.kind == "category" else ())
        for column in table.columns
        for name in column.names
    ]


def _statistics(layer: TableEncoding, columns: list[tuple[str, tuple[str, ...]]]) -> dict[str, Along]:
    layout = layer._layout
    numbers = [(columns[place][0],) for place in layout.numbers]
    found = {
        weight.path: Along(0, list(numbers))
        for weight in (layer.fill, layer.center, layer.factor, layer.quantiles)
        if weight is not None
    }
    if layer.seen is not None:
        found[layer.seen.path] = Along(0, [(name, value) for name, values in columns for value in values])
    if layout.embedded:
        rows: list[Entry] = []
        for place in layout.embedded:
            name, values = columns[place]
            rows += [(name, value) for value in values]
            rows += [(name,)] if place in layout.marked else []
        found[layer.embeddings.path] = Along(0, rows)
    return found


def _encoded(layer: TableEncoding, columns: list[tuple[str, tuple[str, ...]]]) -> list[Entry]:
    """Return what the outputs stand for, in their order; the two values of a pair have theirs, as -1 and 1."""
    layout = layer._layout
    found: list[Entry] = [(columns[place][0], "number") for place in layout.numbers]
    found += [(columns[place][0], "empty") for place in layout.indicators]
    found += [(columns[place][0], "pair", columns[place][1]) for place in layout.pairs]
    for place in dict.fromkeys(layout.expanded):
        found += [(columns[place][0], "value", value) for value in columns[place][1]]
    for place in layout.embedded:
        found += [(columns[place][0], "embedding", unit) for unit in range(layer.embedding_dim)]
    return found


def order_of(theirs: Along, ours: Along) -> list[int] | None:
    """Return the place in the weight of theirs of each entry of ours; None where the entries are others."""
    if theirs.axis != ours.axis or sorted(map(repr, theirs.entries)) != sorted(map(repr, ours.entries)):
        return None
    place = {entry: index for index, entry in enumerate(theirs.entries)}
    return [place[entry] for entry in ours.entries]


def difference(theirs: Table, ours: Table, gaps: tuple[Sequence[str], Sequence[str]] = ((), ())) -> str:
    """Return in words how the columns of a table differ from those that a model was trained on.

    gaps: the columns with empty cells in the training of the model, and in the data.
    """
    known, found = dict(_columns(theirs)), dict(_columns(ours))
    if known.keys() != found.keys():
        return f"other columns: {_exchanged(list(known), list(found))}"
    for name, values in known.items():
        if bool(values) != bool(found[name]):
            return f"other columns: `{name}` was {_kind(values)}, and is {_kind(found[name])}"
        if set(values) != set(found[name]):
            return f"other categories of `{name}`: {_exchanged(values, found[name])}"
        if values != found[name]:
            return f"the categories of `{name}` in another order, {listed(values, 5)}"
    return f"empty cells in other columns: {_exchanged(*gaps)}"


def _exchanged(theirs: Sequence[str], ours: Sequence[str]) -> str:
    """Return which names the data lack, and which they have in their place."""
    gone, new = ([name for name in one if name not in other] for one, other in ((theirs, ours), (ours, theirs)))
    if not gone:
        return f"without {listed(new, 5)}"
    return f"on {listed(gone, 5)}" + (f" in place of {listed(new, 5)}" if new else "")


def _kind(values: tuple[str, ...]) -> str:
    return "a category" if values else "a number"
