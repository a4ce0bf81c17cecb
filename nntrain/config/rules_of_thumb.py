"""Where a network of Dense layers leaves the rules of thumb of lectures, with which one begins.

1 to 5 hidden layers of 10 to 100 units, ReLU (Géron, Hands-On Machine Learning, chapter 10), and batches of 16, 32 or
64 rows (the Tor Vergata lectures). They are habits and no limits, so each is a note of `check`, not a warning.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from nntrain.config.experiment import Experiment
from nntrain.config.keras import image_layers, layers
from nntrain.config.messages import counted
from nntrain.errors import Path, dotted

MOST_LAYERS = 5
UNITS = range(10, 101)
_MOST_NAMED = 5  # layers in one line
_CONVOLUTIONS = image_layers.Conv2D | image_layers.SeparableConv2D | image_layers.DepthwiseConv2D
SATURATING = ("sigmoid", "hard_sigmoid", "tanh", "softsign")

Placed = tuple[Path, layers.Layer]


def notes(experiment: Experiment) -> Iterator[str]:
    """Yield a line for each rule that a network leaves; none for one with convolutions, or without hidden layers.

    The last Dense layer is taken for the output.
    """
    placed = list(layers.walk(experiment.model))
    if any(isinstance(spec, _CONVOLUTIONS) for _, spec in placed):
        return
    dense = [at for at, (_, spec) in enumerate(placed) if isinstance(spec, layers.Dense)]
    hidden = dense[:-1]
    if len(hidden) > MOST_LAYERS:
        yield f"{len(hidden)} hidden layers; rule of thumb: 1 to {MOST_LAYERS}"
    yield from _units([placed[at] for at in hidden])
    yield from _activations(placed, hidden)
    yield from _batch_size(experiment.train.batch_size)


def _units(hidden: Sequence[Placed]) -> Iterator[str]:
    counts = {dotted((*path, "units")): int(getattr(spec, "units", 0)) for path, spec in hidden}
    if outside := {path: count for path, count in counts.items() if count not in UNITS}:
        found = [f"{count} in `{path}`" for path, count in outside.items()]
        more = f", and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
        units = f"{UNITS.start} to {UNITS.stop - 1} units"
        yield f"hidden layers of {', '.join(found[:_MOST_NAMED])}{more}; rule of thumb: {units}"


def _activations(placed: Sequence[Placed], hidden: Sequence[int]) -> Iterator[str]:
    """Yield that hidden layers saturate; the activation of a layer may be a layer after it."""
    found: dict[str, None] = {}
    for at in hidden:
        rest = takewhile(lambda each: not isinstance(each[1], layers.Dense), placed[at + 1 :])
        used = [getattr(spec, "activation", None) for _, spec in (placed[at], *rest)]
        found.update(dict.fromkeys(name for name in used if name in SATURATING))
    if found:
        names = " and ".join(f"`{name}`" for name in found)
        yield f"hidden layers with {names}; rule of thumb: `relu`, whose gradient does not vanish"


def _batch_size(size: int | str) -> Iterator[str]:
    if isinstance(size, int) and size & (size - 1):
        yield f"batches of {counted(size, 'row')}; rule of thumb: a power of two, such as 16, 32 or 64"
