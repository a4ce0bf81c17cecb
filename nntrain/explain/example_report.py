"""One step of training as tables, as JSON and as a plot."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras.layers import BatchNormalization

from nntrain.config.keras import losses
from nntrain.explain.batch import NAMES, Batch
from nntrain.explain.checks import Comparison, ForwardMode, named
from nntrain.explain.compare import Compared
from nntrain.explain.example_plot import Panel
from nntrain.explain.explained_model import INITIAL, ExplainedModel
from nntrain.explain.explanation import Table, digits
from nntrain.explain.float64_model import Float64Model, decimals, kernel_of
from nntrain.explain.named_row import TRAIN
from nntrain.explain.passes import Arrays, Passes

CROSS_ENTROPIES = (losses.CategoricalCrossentropy, losses.SparseCategoricalCrossentropy)
MOST_VALUES = 8  # of a layer, in a table
MOST_ENTRIES = 64  # of a weight, in a table
MOST_DIFFERENCES = 50  # in a table
MOST_IN_JSON = 10_000  # of a weight or a layer, in JSON
MOST_CLASSES = 12  # of a softmax whose Jacobian is shown


@dataclass(frozen=True)
class ExampleReport:
    """All that was computed. Layers show the mean over the rows, of g as of the gradients."""

    explained: ExplainedModel
    batch: Batch
    float64_model: Float64Model
    passes: Passes
    masks: dict[int, np.ndarray]
    check: Comparison | None
    forward: ForwardMode | None
    compared: Compared | None

    @property
    def title(self) -> str:
        """The rows and the weights in words."""
        explained, split = self.explained, NAMES[self.batch.split]
        return f"{explained.name}: {self.batch.title} in the {split} split, {explained.weights}"

    def tables(self) -> list[Table]:
        """Return the tables to print."""
        layers = (f"{self.title}, in float64", ("layer", "", "shape", "norm", "values"), list(self._layer_rows()))
        loss = ("\nloss", ("", "value"), self._loss_rows())
        return [layers, loss, self._weights(), *self._softmaxes(), *self._checks()]

    def _layer_rows(self) -> Iterator[list[str]]:
        yield _row("input", "x", decimals(self.batch.x).mean(axis=0))
        for index, step in enumerate(self.float64_model.steps):
            yield _row(step.name, step.symbol, self.passes.outputs[index].mean(axis=0))
            if index in self.masks:
                yield _row(step.name, "mask", self.masks[index].mean(axis=0))
        yield _row("target", "t", decimals(self.batch.y).mean(axis=0))
        for index, step in reversed(list(enumerate(self.float64_model.steps))):
            yield _row(step.name, f"g = dL/d{step.symbol}", self.passes.adjoints[index].sum(axis=0))

    def _loss_rows(self) -> list[list[str]]:
        loss, penalty = self.passes.loss, self.passes.penalty
        rows = [["loss", digits(loss)]]
        if self._is_penalized:
            rows += [["penalty", digits(penalty)], ["both", digits(loss + penalty)]]
        return [*rows, ["after one step", digits(self.passes.loss_after)]]

    @property
    def _is_penalized(self) -> bool:
        return self.passes.penalty != 0 or any(each.any() for each in self.passes.penalties)

    @property
    def _columns(self) -> dict[str, Arrays]:
        """What is shown of every weight, by the name of the column."""
        passes, optimizer = self.passes, self.explained.resolved.train.optimizer
        found = {"weight": passes.before, "gradient": passes.gradients}
        if self._is_penalized:
            found["of the penalty"] = passes.penalties
        if any((optimizer.clipvalue, optimizer.clipnorm, optimizer.global_clipnorm)):
            found["clipped"] = passes.applied
        return {**found, "after one step": passes.after}

    @property
    def _longest(self) -> int:
        return max((each.size for each in self.passes.before), default=0)

    def _weights(self) -> Table:
        columns = self._columns
        if self._longest > MOST_ENTRIES:
            norms = [name if name == "after one step" else f"of {name.removeprefix('of ')}" for name in columns]
            names = ["", "shape", *(f"norm {name}" for name in norms), "largest gradient"]
            return "\nweights", names, [self._norms(at) for at in range(len(self.passes.before))]
        rows = [
            [named(each.path, index), *(digits(float(values[at][index])) for values in columns.values())]
            for at, each in enumerate(self.float64_model.weights)
            for index in np.ndindex(tuple(each.shape))
        ]
        return "\nweights", ("", *columns), rows

    def _norms(self, at: int) -> list[str]:
        norms = [digits(float(np.linalg.norm(values[at]))) for values in self._columns.values()]
        gradient = self.passes.gradients[at]
        place = int(np.abs(gradient).argmax())
        index = ", ".join(str(each) for each in np.unravel_index(place, gradient.shape))
        largest = f"{digits(float(gradient.ravel()[place]), 6)} at [{index}]"
        return [self.float64_model.weights[at].path, _shape(gradient.shape), *norms, largest]

    def _softmaxes(self) -> Iterator[Table]:
        for index, step in enumerate(self.float64_model.steps):
            first = self.passes.outputs[index][0]
            if step.is_softmax and first.ndim == 1 and first.size <= MOST_CLASSES:
                rows = [[str(at), *map(digits, row)] for at, row in enumerate(softmax_jacobian(first))]
                of = "" if len(self.batch.x) == 1 else f", for row {self.batch.numbers[0]}"
                title = f"\nJacobian of the softmax of `{step.name}`, dh[row]/da[column]{of}; dL/da = dL/dh times it"
                yield title, ("", *map(str, range(first.size))), rows

    def _checks(self) -> Iterator[Table]:
        if self.check is not None:
            title = f"\ncentral differences, {self.check.compared:,} of {self.check.entries:,} entries"
            yield title, ("", "value"), _comparison_rows(self.check)
        if self.forward is not None:
            pair = {"u (J v), forward mode": self.forward.jvp, "(u J) v, reverse mode": self.forward.vjp}
            rows = [[name, digits(value)] for name, value in pair.items()]
            rows += _comparison_rows(self.forward.comparison) if self.forward.comparison else []
            yield "\nforward mode: u = dL/dy, J = dy/dw, v a random direction", ("", "value"), rows
        if self.compared is not None and self.compared.differences:
            shown = self.compared.differences[:MOST_DIFFERENCES]
            rows = [[each.entry, digits(each.theirs), digits(each.ours)] for each in shown]
            yield f"\n{self.compared.file}: entries that differ", ("", "in the file", "here"), rows

    def notes(self) -> list[str]:
        """Return what the tables leave out, and what they need to be understood."""
        found = list(self.batch.notes)
        if self.batch.split != TRAIN:
            found.append(f"no training takes this step: the {NAMES[self.batch.split]} split is not learned from")
        if self._longest > MOST_ENTRIES:
            kept = f"`--json` has the entries of those with up to {MOST_IN_JSON:,}"
            found.append(f"shortened to norms: the largest weight has {self._longest:,} entries; {kept}")
        if self.masks:
            found.append("the masks of dropout are drawn for this explanation; a training draws others")
        if len(self.batch.x) == 1 and any(isinstance(each, BatchNormalization) for each in self.float64_model.layers):
            found.append("`BatchNormalization` normalizes by this row alone; `--batch 32` gives it more")
        if self.float64_model.steps[-1].is_softmax and isinstance(self.explained.resolved.train.loss, CROSS_ENTROPIES):
            words = "so its derivative has a 1 more in each entry, which the Jacobian of the softmax makes 0"
            found.append(f"Keras divides outputs by their sum before the logarithm, {words}")
        if steps := self.explained.resolved.train.optimizer.gradient_accumulation_steps:
            found.append(f"nothing moves: the optimizer adds up the gradients of {steps} steps first")
        if self.explained.weights != INITIAL:
            found.append("the optimizer starts anew here, without the moments of the training")
        if (compared := self.compared) is not None:
            missing = f"; it lacks {', '.join(compared.missing)}" if compared.missing else ""
            found.append(f"{compared.file}: {len(compared.differences)} of {compared.entries} entries differ{missing}")
        return found

    def content(self) -> dict[str, Any]:
        """Return all numbers for `--json`; a long array is its shape and its norm."""
        passes = self.passes
        return {
            "name": self.explained.name,
            "from": self.explained.weights,
            "first_row": int(self.batch.numbers[0]),
            "row_name": self.batch.name or None,
            "split": self.batch.split,
            "rows": len(self.batch.x),
            "layers": [self._layer(index) for index in range(len(self.float64_model.steps))],
            "loss": passes.loss,
            "penalty": passes.penalty,
            "loss_after": passes.loss_after,
            "gradients": self._by_path(passes.totals),
            "penalty_gradients": self._by_path(passes.penalties),
            "clipped": self._by_path(passes.applied),
            "weights": self._by_path(passes.before),
            "weights_after": self._by_path(passes.after),
            "check": _plain(self.check),
            "forward_mode": _plain(self.forward),
            "compared": _plain(self.compared),
        }

    def _layer(self, index: int) -> dict[str, Any]:
        step = self.float64_model.steps[index]
        output, adjoint = self.passes.outputs[index].mean(axis=0), self.passes.adjoints[index].sum(axis=0)
        mask = {"mask": _json(self.masks[index].mean(axis=0))} if index in self.masks else {}
        return {"layer": step.name, "symbol": step.symbol, "output": _json(output), "g": _json(adjoint), **mask}

    def _by_path(self, arrays: Sequence[np.ndarray]) -> dict[str, Any]:
        return {each.path: _json(array) for each, array in zip(self.float64_model.weights, arrays, strict=True)}

    def panels(self) -> list[Panel]:
        """Return what the plot shows of each step."""
        return [self._panel(index) for index in range(len(self.float64_model.steps))]

    def _panel(self, index: int) -> Panel:
        step = self.float64_model.steps[index]
        pairs = zip(self.float64_model.weights, self.passes.totals, strict=True)
        kernels = [gradient for weight, gradient in pairs if weight is kernel_of(step.layer)]
        output, adjoint = self.passes.outputs[index].mean(axis=0), self.passes.adjoints[index].sum(axis=0)
        return Panel(step.name, step.symbol, output, adjoint, kernels[0] if kernels and step.symbol == "a" else None)


def softmax_jacobian(outputs: np.ndarray) -> np.ndarray:
    """Return dh_i/da_j = h_i (δ_ij - h_j), (n, n) of (n,) outputs; Goodfellow et al. 2016, section 6.2.2.3."""
    return np.diag(outputs) - np.outer(outputs, outputs)


def _row(name: str, symbol: str, values: np.ndarray) -> list[str]:
    flat = [float(each) for each in values.ravel()[: MOST_VALUES + 1]]
    shown = " ".join(digits(each, 10) for each in flat)
    if len(flat) > MOST_VALUES:
        shown = " ".join(digits(each, 4) for each in flat[: MOST_VALUES // 2]) + " …"
    return [name, symbol, _shape(values.shape), digits(float(np.linalg.norm(values)), 6), shown]


def _shape(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape)) or "1"


def _comparison_rows(found: Comparison) -> list[list[str]]:
    return [
        ["largest relative difference", digits(found.relative, 3)],
        ["at", f" {found.at}"],
        ["largest difference", digits(found.absolute, 3)],
    ]


def _json(array: np.ndarray) -> Any:
    if array.size <= MOST_IN_JSON:
        return array.tolist()
    return {"shortened": True, "shape": list(array.shape), "norm": float(np.linalg.norm(array))}


def _plain(value: Any) -> Any:
    return None if value is None else dataclasses.asdict(value)
