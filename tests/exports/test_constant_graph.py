import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import erfinv as exact

from nntrain.exports.constant_graph import erfinv, inlined, module_of, quiet
from tests.exports.every_layer import network, rows


def test_the_inverse_of_the_error_function_is_that_of_scipy() -> None:
    x = np.concatenate([np.linspace(-0.999, 0.999, 997), [1 - 2.4e-7, 1 - 1e-6, -1 + 2.4e-7]]).astype("float32")
    np.testing.assert_allclose(erfinv(x), exact(x.astype("float64")), rtol=3e-6, atol=1e-8)


@pytest.mark.parametrize("name", ["strides", "quantile"])
def test_a_graph_has_no_variable_and_calls_no_function(prepare: Any, tmp_path: Path, name: str) -> None:
    subject = network(prepare, tmp_path, name)
    operations = {node.op for node in inlined(subject.exact).graph.as_graph_def().node}
    assert not operations & {"ReadVariableOp", "VarHandleOp", "PartitionedCall", "StatefulPartitionedCall", "Erfinv"}
    if name == "quantile":
        found = module_of(subject.exact).predict(rows(subject))
        np.testing.assert_allclose(found, subject.exact(rows(subject), training=False), rtol=1e-5)


def test_loggers_are_as_before() -> None:
    logger = logging.getLogger("tf2onnx")
    before = logger.level
    with quiet():
        assert not logger.isEnabledFor(logging.ERROR)
    assert logger.level == before
