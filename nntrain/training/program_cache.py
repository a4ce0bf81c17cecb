"""Compiled programs for reuse, because tracing takes longer than a small training.

Two models of the same key have the same graph and differ only in their variables. So the new model's variables are
copied into the model that was compiled before, and the training has the same bits.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from nntrain.config.named import to_tree
from nntrain.config.resolve import Resolved
from nntrain.data.row_file import Examples
from nntrain.model.custom import Network
from nntrain.training.programs.resident import Program
from nntrain.training.scorer import Scorer

KEPT = 8  # programs; one of a small network takes about 5 MB

# Options that only the training loop reads, and no compiled function.
_NOT_COMPILED = (
    "epochs",
    "steps",
    "batch_size",  # which is in the key as the plan has it
    "callbacks",
    "class_weight",  # of which only its presence is in the key
    "monitor",
    "oversample",
    "save",
    "shuffle",
    "max_seconds",
    "checkpoint_seconds",
    "init_from",
    "on_disease",
    "threads",
)


class Programs:
    """The latest programs, by what their graphs depend on."""

    def __init__(self, most: int = KEPT) -> None:
        self.most = most
        self._kept: OrderedDict[tuple[str, bool], Program] = OrderedDict()

    def scorer(self, resolved: Resolved, model: Network, x: Examples, batch_size: int = 1) -> Scorer:
        """Return what `Scorer.of` returns, or a scorer whose model is an earlier one with the variables of `model`."""
        scorer = Scorer.of(resolved, model, x, batch_size)  # nothing is traced before it is called
        key = (program_key(resolved, x, batch_size), scorer.program.xla)
        program = self._kept.get(key)
        if program is not None:
            self._kept.move_to_end(key)
            copy_variables(model, program.model)
            return Scorer(resolved, program)
        if type(scorer.program) is Program:  # others keep state of their own between calls
            self._kept[key] = scorer.program
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return scorer

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        """Remove all of them."""
        self._kept.clear()


def program_key(resolved: Resolved, x: Examples, batch_size: int) -> str:
    """Return a key that is equal only for equal graphs; it holds every option that may change a graph."""
    tree, schema = to_tree(resolved.experiment), resolved.schema
    train = {name: value for name, value in tree["train"].items() if name not in _NOT_COMPILED}
    optimizer = to_tree(resolved.train.optimizer.over(resolved.updates(len(x))))
    content = {
        "model": tree["model"],
        "train": {**train, "optimizer": _without_constant_rate(optimizer)},
        "weighted": resolved.is_weighted,
        "batch_size": batch_size,
        "inputs": [str(x.dtype), list(schema.shape), list(schema.classes), schema.target_count],
        "columns": [list(schema.sizes), list(schema.missing)],
    }
    return json.dumps(content, sort_keys=True)


def _without_constant_rate(optimizer: Any) -> Any:
    """Return the optimizer without a learning rate that is a number: that is a variable, a schedule is compiled."""
    if isinstance(optimizer, str):
        return optimizer
    ((name, options),) = optimizer.items()
    constant = isinstance(options.get("learning_rate"), (int, float))
    kept = {key: value for key, value in options.items() if key != "learning_rate" or not constant}
    return {name: kept} if kept else name


def copy_variables(source: Network, target: Network) -> None:
    """Copy all variables but those of metrics to the target, from a model of the same key."""
    if source is target:
        return
    for ours, theirs in zip(_variables(target), _variables(source), strict=True):
        ours.assign(theirs)


def _variables(model: Network) -> Iterator[Any]:
    """Return weights, seeds of random layers, and the optimizer's state, which includes its learning rate."""
    yield from model.variables
    yield from model.optimizer.variables
