from typing import Any

from nntrain.evaluation.evaluate import same_data
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.refused_layers import OTHERS, places, refused


def test_layers_have_their_places_in_the_resolved_config(digits: Any) -> None:
    subject = ExportedRun.of(digits, same_data(digits))
    found = list(places(subject))
    assert len(found) == len(subject.saved.model.layers)
    assert found[2] == (("model", 2, "Conv2D"), "Conv2D")


def test_a_layer_is_refused_by_name_and_place() -> None:
    error = refused("onnx", [(("model", 1, "Dense"), "Dense", ""), (("model", 2, "ELU"), "ELU", "it is new")])
    first, second = error.problems
    assert str(first) == f"error: `onnx` cannot hold the layer `Dense`\n  --> model.1.Dense\n help: {OTHERS}"
    assert second.message == "`onnx` cannot hold the layer `ELU`: it is new"
