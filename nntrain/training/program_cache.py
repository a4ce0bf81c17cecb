"""Compiled programs for reuse, because tracing takes longer than a small training.

Two models of the same key have the same graph and differ only in their variables. So the new model's variables are
copied into the model that was compiled before, and the training has the same bits.
"""

import json
from collections import OrderedDict
from collections.abc import Collection, Iterator
from typing import Any

from nntrain.config.member_numbers import replaced
from nntrain.config.resolve import Resolved
from nntrain.config.traced import traced
from nntrain.data.row_file import Examples
from nntrain.errors import Path
from nntrain.model.build import build
from nntrain.model.custom import Network
from nntrain.model.member_numbers import vary
from nntrain.training.prepare import Prepared
from nntrain.training.programs.resident import Program
from nntrain.training.programs.stacked import StackedData, StackedProgram
from nntrain.training.scorer import Scorer, training_weights

KEPT = 8  # programs; one of a small network takes about 5 MB


class Programs:
    """The latest programs, by what their graphs depend on."""

    def __init__(self, most: int = KEPT) -> None:
        self.most = most
        self._kept: OrderedDict[tuple[str, bool], Program] = OrderedDict()
        self._stacked: OrderedDict[str, tuple[Scorer, StackedProgram]] = OrderedDict()

    def scorer(self, resolved: Resolved, model: Network, x: Examples, batch_size: int) -> Scorer:
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

    def stacked(self, first: Prepared, own: frozenset[Path] = frozenset()) -> tuple[Scorer, StackedProgram]:
        """Return the program of stacks whose members are like the first, and a scorer of the model that it is made of.

        It was made for an earlier stack with equal graphs, or of a model with the layers of the first. own: the paths
        of the numbers by which the members differ; with any, the program has a model of its own.
        """
        resolved, data = first.resolved, first.data
        batch_size = resolved.batch_size(len(data.train))
        key = program_key(resolved, data.train.x, batch_size, own)
        if key in self._stacked:
            self._stacked.move_to_end(key)
            scorer, program = self._stacked[key]
            return Scorer(resolved, scorer.program), program
        model = build(resolved, data.train.x, data.train.y) if own else first.model
        variable = vary(resolved, model, own)
        scorer = Scorer.of(resolved, model, data.train.x, batch_size)
        example = scorer.arrays(data.train, training_weights(resolved, data.train))
        self._stacked[key] = scorer, StackedProgram(scorer.program, StackedData([example]), variable)
        while len(self._stacked) > self.most:
            self._stacked.popitem(last=False)
        return self._stacked[key]

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        """Remove all of them."""
        self._kept.clear()
        self._stacked.clear()


def program_key(resolved: Resolved, x: Examples, batch_size: int, own: Collection[Path] = ()) -> str:
    """Return a key that is equal only for equal graphs; it holds every option that may change a graph.

    own: the paths of numbers that are variables in the graph.
    """
    schema, train = resolved.schema, resolved.train
    content = traced(resolved.experiment, train.optimizer.over(resolved.updates(len(x))))
    content = replaced(content, own)
    content["train"].pop("batch_size", None)  # the key has it as the plan has it
    content |= {
        "weighted": resolved.is_weighted,
        "batch_size": batch_size,
        "inputs": [str(x.dtype), list(schema.shape), list(schema.classes), schema.target_count],
        "columns": [list(schema.sizes), list(schema.missing)],
    }
    return json.dumps(content, sort_keys=True)


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
