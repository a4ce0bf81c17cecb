"""A model as an ONNX file, by tf2onnx."""

from pathlib import Path
from typing import Any

import numpy as np

from nntrain.backend import stderr_dropped
from nntrain.exports.constant_graph import INPUT, inlined, quiet
from nntrain.exports.converting import Converter

OPSET = 18


def write(model: Any, file: Path) -> None:
    """Write a Keras model as one that takes `x` and gives `y`; whether a runtime can load it must be tried."""
    import onnx

    with stderr_dropped(), quiet():
        import tf2onnx

        frozen = inlined(model)
        output = frozen.outputs[0].name
        handlers = {"SelectV2": (_where, ["Where"]), "Erfc": (_erfc, ["Sub"])}
        found, _ = tf2onnx.convert.from_graph_def(
            frozen.graph.as_graph_def(),
            name=model.name,
            input_names=[f"{INPUT}:0"],
            output_names=[output],
            opset=OPSET,
            custom_op_handlers=handlers,
        )
    _rename(found, {f"{INPUT}:0": INPUT, output: "y"})
    onnx.save(found, file)


CONVERTER = Converter(write, write, "onnx_runtime")


def _where(context: Any, node: Any, name: str, arguments: Any) -> None:
    """Convert a choice. What tf2onnx makes of it, two products and a sum, is NaN where what is not chosen is NaN."""
    node.type = "Where"


def _erfc(context: Any, node: Any, name: str, arguments: Any) -> None:
    """Convert 1 - erf(x), of exact GELU, for which ONNX has no operator and tf2onnx no rule."""
    erf = context.make_node("Erf", [node.input[0]])
    one = context.make_const(f"{name}_one", np.array(1, "float32"))
    outputs, shapes, types = node.output, node.output_shapes, node.output_dtypes
    context.remove_node(name)
    context.make_node("Sub", [one.output[0], erf.output[0]], outputs=outputs, shapes=shapes, dtypes=types, name=name)


def _rename(model: Any, names: dict[str, str]) -> None:
    """Give inputs and outputs of the graph other names, wherever they are used."""
    for node in model.graph.node:
        for listed in (node.input, node.output):
            listed[:] = [names.get(each, each) for each in listed]
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        value.name = names.get(value.name, value.name)
