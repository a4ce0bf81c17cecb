"""Each rule of thumb is a line, and a network that keeps all of them has none."""

import pytest

from nntrain.config.load import from_document
from nntrain.config.rules_of_thumb import notes
from nntrain.document import yaml_file


def found(model: str, batch: object) -> list[str]:
    text = f"data: fashion_mnist\nmodel: {model}\ntrain: {{batch_size: {batch}}}\n"
    return list(notes(from_document(yaml_file.parse(text, "net.yaml")).experiment))


@pytest.mark.parametrize(
    ("model", "batch", "line"),
    [
        ("[Flatten, {Dense: {units: 100, activation: relu}}, {Dense: 10}]", 32, ""),
        ("[Flatten, {Dense: {units: 10, activation: elu}}, {Dense: 10}]", "full", ""),
        ("[{Conv2D: {filters: 300, kernel_size: 3}}, Flatten, {Dense: 300}, {Dense: 10}]", 30, ""),
        ("[Flatten, {Dense: {units: 10, activation: softmax}}]", 32, ""),
        (
            "[Flatten, {Dense: 300}, ReLU, {Dense: 9}, ReLU, {Dense: 10}]",
            64,
            "hidden layers of 300 in `model.1.Dense.units`, 9 in `model.3.Dense.units`; rule of thumb: 10 to 100 units",
        ),
        (
            "[Flatten, {Repeat: {times: 6, layers: [{Dense: {units: 20, activation: relu}}]}}, {Dense: 10}]",
            16,
            "6 hidden layers; rule of thumb: 1 to 5",
        ),
        (
            "[Flatten, {Dense: {units: 20, activation: sigmoid}}, {Dense: 20}, {Activation: tanh}, {Dense: 10}]",
            8,
            "hidden layers with `sigmoid` and `tanh`; rule of thumb: `relu`, whose gradient does not vanish",
        ),
        (
            "[Flatten, {Dense: {units: 20, activation: relu}}, {Dense: {units: 10, activation: softmax}}]",
            100,
            "batches of 100 rows; rule of thumb: a power of two, such as 16, 32 or 64",
        ),
    ],
)
def test_the_line_of_a_rule(model: str, batch: object, line: str) -> None:
    assert found(model, batch) == ([line] if line else [])


def test_a_line_names_a_few_layers_and_counts_the_others() -> None:
    line = found(f"[Flatten, {'{Dense: {units: 4, activation: relu}}, ' * 2000}{{Dense: 10}}]", 32)[1]
    assert line.endswith("4 in `model.5.Dense.units`, and 1,995 more; rule of thumb: 10 to 100 units")
