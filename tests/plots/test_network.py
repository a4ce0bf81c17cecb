from typing import Any

from nntrain.plots import network as plot
from nntrain.plots.network import Box, Options


def test_the_layers_of_a_run_with_their_shapes(scored: Any, pixels: Any) -> None:
    options = plot.of(scored("iris"))
    assert [(box.name, box.shape, box.parameters) for box in options.boxes] == [
        ("input", "4", 0), ("Normalization", "4", 9), ("Dense, relu", "8", 40), ("Dropout", "8", 0),
        ("Dense, softmax", "3", 27),
    ]  # fmt: skip
    pixels(plot.draw(options))


def test_a_very_deep_network_loses_its_middle(pixels: Any) -> None:
    boxes = [Box(f"layer {n}", "28 × 28 × 32", 10**n % 997, 25_088, "kernel") for n in range(200)]
    assert pixels(plot.draw(Options(boxes, "deep"))).shape[0] < 2800
