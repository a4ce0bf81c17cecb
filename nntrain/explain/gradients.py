"""How activations and gradients are distributed over the layers, before training and after some steps.

After Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks: figures 6 and 7
show activations and back-propagated gradients, dL/da, by layer.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from nntrain.config.messages import counted
from nntrain.errors import ConfigError
from nntrain.explain import gradients_plot
from nntrain.explain.batch import Batch, first_rows
from nntrain.explain.explained_model import ExplainedModel
from nntrain.explain.explanation import Explanation, Table, digits
from nntrain.explain.float64_model import Float64Model, kernel_of, precision
from nntrain.explain.flow import LayerFlow, Moment
from nntrain.explain.passes import Arrays, BatchLoss, one_step
from nntrain.training.programs.arrays import epoch_order
from nntrain.training.scorer import Scorer, training_weights
from nntrain.training.trainer import make_plan

MOST_ROWS = 256  # that are measured, unless `--batch` says more
BINS = 60


def explain(explained: ExplainedModel, rows: int | None, steps: int) -> Explanation:
    """Return the flow through the layers now and, where `steps` is not 0, after this many steps of training.

    rows: how many of the first epoch's are measured. Raises ConfigError for too many, or a model without kernels.
    """
    batch = first_rows(explained, rows or min(MOST_ROWS, len(explained.data.train)))
    moments = [_moment(explained, batch, explained.weights, 0)]
    if steps:
        train(explained, steps)
        moments.append(_moment(explained, batch, f"after {counted(steps, 'step')}", steps))
    title = f"{explained.name}, {counted(len(batch.x), 'row')}"
    draw = partial(gradients_plot.draw, title, moments)
    return Explanation(_content(explained, batch, moments), list(_tables(title, moments)), draw, _notes(moments))


def train(explained: ExplainedModel, steps: int) -> None:
    """Train the model for some steps, in the order of a training of its config."""
    resolved, data = explained.resolved, explained.data.train
    plan = make_plan(resolved, explained.data)
    scorer = Scorer.of(resolved, explained.model, data.x, plan.batch_size)
    arrays = scorer.arrays(data, training_weights(resolved, data))
    done, epoch, per_epoch = 0, 1, scorer.program.steps(arrays)
    while done < steps:
        count = min(per_epoch, steps - done)
        scorer.program.train(arrays, epoch_order(plan.seed, epoch, len(data), plan.shuffle), 0, count)
        done, epoch = done + count, epoch + 1


def _moment(explained: ExplainedModel, batch: Batch, title: str, steps: int) -> Moment:
    with precision():
        float64_model = Float64Model(explained.resolved, explained.model)
        passes = one_step(explained.resolved, BatchLoss(float64_model, batch))
        flows = list(_flows(float64_model, passes.outputs, passes.adjoints, passes.totals))
    if not flows:
        raise ConfigError(
            f"`{explained.name}` has no layer with a kernel", help="explain a config with a `Dense` layer"
        )
    return Moment(title, steps, passes.loss, flows)


def _flows(float64_model: Float64Model, outputs: Arrays, adjoints: Arrays, gradients: Arrays) -> Iterator[LayerFlow]:
    """Yield the flow of every layer with a kernel; the next such layer gets its activations."""
    by_weight = {id(weight): gradient for weight, gradient in zip(float64_model.weights, gradients, strict=True)}
    places = [index for index, step in enumerate(float64_model.steps) if step.symbol == "a"]
    for index, following in zip(places, [*places[1:], len(float64_model.steps)], strict=True):
        kernel = kernel_of(float64_model.steps[index].layer)
        a, h = outputs[index], outputs[following - 1]
        yield LayerFlow(
            name=float64_model.steps[index].name,
            variance=float(a.var()),
            mean=float(h.mean()),
            deviation=float(h.std()),
            back=float(np.sqrt(np.square(adjoints[index]).mean())),
            gradient=float(np.linalg.norm(by_weight.get(id(kernel), np.zeros(1)))),
            weight=float(np.linalg.norm(kernel.numpy())),
            activations=h.ravel(),
            adjoints=adjoints[index].ravel(),
        )


def _tables(title: str, moments: Sequence[Moment]) -> Iterator[Table]:
    names = (
        "layer",
        "variance of a",
        "mean of h",
        "deviation of h",
        "share of 0 in h",
        "root mean square of dL/da",
        "norm of the kernel's gradient",
        "norm of the kernel",
    )
    for moment in moments:
        numbers = ("variance", "mean", "deviation", "zeros", "back", "gradient", "weight")
        rows = [[flow.name, *(digits(getattr(flow, name), 6) for name in numbers)] for flow in moment.layers]
        yield f"{'' if moment is moments[0] else chr(10)}{title}: {moment.title}, loss {moment.loss:.6g}", names, rows


def _notes(moments: Sequence[Moment]) -> list[str]:
    return [
        f"{moment.title}, first layer divided by last layer: dL/da {moment.ratio:.3g},"
        f" gradient of the kernel {moment.kernel_ratio:.3g}"
        if moment.is_finite
        else f"{moment.title}: diverged, the loss or a gradient is not finite"
        for moment in moments
    ]


def _content(explained: ExplainedModel, batch: Batch, moments: Sequence[Moment]) -> dict[str, Any]:
    return {
        "name": explained.name,
        "rows": len(batch.x),
        "moments": [
            {
                "title": moment.title,
                "steps": moment.steps,
                "loss": moment.loss,
                "ratio": moment.ratio,
                "kernel_ratio": moment.kernel_ratio,
                "layers": [_layer(flow) for flow in moment.layers],
            }
            for moment in moments
        ],
    }


def _layer(flow: LayerFlow) -> dict[str, Any]:
    found = {name: value for name, value in vars(flow).items() if not isinstance(value, np.ndarray)}
    return {
        **found,
        "zeros": flow.zeros,
        "activations": histogram(flow.activations),
        "adjoints": histogram(flow.adjoints),
    }


def histogram(values: np.ndarray) -> dict[str, Any]:
    """Return the counts of equal intervals and their edges; values that are not finite are counted apart."""
    finite = values[np.isfinite(values)]
    counts, edges = np.histogram(finite, BINS)
    return {"counts": counts.tolist(), "edges": edges.tolist(), "not_finite": int(values.size - finite.size)}
