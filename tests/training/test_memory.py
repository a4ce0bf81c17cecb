"""The estimate of the memory of a training, and what happens where there is less."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from nntrain.config.load import from_document
from nntrain.document import yaml_file
from nntrain.errors import ConfigError, NNTrainError
from nntrain.training import memory
from nntrain.training.memory import Memory

MB = 1_000_000
LARGE = "[Dense: {units: 5000, activation: relu}, Dense: {units: 5000, activation: relu}]"


def of(prepare: Any, model: str, train: str = "{}") -> Memory:
    return prepare(f"data: {{toy_2d: {{kind: moons, size: 1000}}}}\nmodel: {model}\ntrain: {train}\n").prepared.memory


def test_weights_are_counted_with_gradients_optimizer_and_checkpoint(prepare: Any) -> None:
    weights = 2 * 1000 + 1000 + 1000 * 1000 + 1000 + 1000 + 1
    model = "[Dense: {units: 1000, activation: relu}, Dense: {units: 1000, activation: relu}]"
    for optimizer, slots in (("SGD", 0), ("{SGD: {momentum: 0.9}}", 1), ("Adam", 2), ("{Adam: {use_ema: true}}", 3)):
        found = of(prepare, model, f"{{optimizer: {optimizer}}}")
        assert found.parts["weights"] == 4 * weights * (1 + 3 * (2 + slots))


def test_activations_grow_with_the_batch_and_halve_with_16_bits(prepare: Any) -> None:
    small = of(prepare, "[Dense: {units: 5000, activation: relu}]", "{batch_size: 8}").parts["activations"]
    assert small == 3 * 5000 * 640 * 4  # of an evaluation, over the training rows
    full = of(prepare, LARGE, "{batch_size: full}")
    assert full.parts["activations"] == 1.5 * 10001 * 640 * 4
    half = of(prepare, LARGE, "{batch_size: full, precision: mixed_bfloat16}")
    assert half.parts["activations"] == full.parts["activations"] / 2


@pytest.mark.parametrize(
    ("model", "train", "place", "help"),
    [
        (
            "[Dense: {units: 20000, activation: relu}, Dense: {units: 20000, activation: relu}]",
            "{}",
            "model.1.Dense",
            "use fewer units or filters",
        ),
        (
            "[Repeat: {times: 9, layers: [Dense: {units: 90000, activation: relu}, Dense: {units: 1}]}, ReLU]",
            "{batch_size: full}",
            "train.batch_size",
            "such as `batch_size: 32`",
        ),
    ],
)
def test_more_than_the_machine_has_is_refused_before_anything_is_made(
    model: str, train: str, place: str, help: str, prepare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available", lambda: 3 * 1000 * MB)
    with pytest.raises(ConfigError, match=r"needs about [\d.]+ GB .* and 3.0 GB are there") as raised:
        of(prepare, model, train)
    assert f"({place})" in str(raised.value) and help in str(raised.value)


def test_the_memory_of_this_machine_is_known() -> None:
    found = memory.available()
    assert found is not None and found > 100 * MB


def test_memory_that_runs_out_is_an_error_with_the_estimate(prepare: Any) -> None:
    found = of(prepare, "[Dense: {units: 3, activation: relu}]")
    with (
        pytest.raises(NNTrainError, match=r"the memory ran out; the training needs about 650 MB") as raised,
        found.explained(),
    ):
        tf.zeros((1 << 20, 1 << 20))
    assert raised.value.exit_code == 1
    assert " help: " in str(raised.value)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_the_estimate_is_right_within_a_factor_of_two(tmp_path: Path, command: Any) -> None:
    (tmp_path / "net.yaml").write_text("""
data: {toy_2d: {kind: moons, size: 3000}}
model: [Dense: {units: 3000, activation: relu}, Dense: {units: 3000, activation: relu}]
train: {epochs: 1, batch_size: full}
""")
    code = """
import re
from pathlib import Path
from nntrain.cli.requests import Check, Fit
from nntrain.terminal import Terminal
terminal = Terminal()
Check(config="net.yaml", build=True).run(terminal)
Fit(config="net.yaml", device="cpu", no_plots=True, no_report=True).run(Terminal(quiet=True))
print("peak", re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""
    done = command(tmp_path, "-c", code, python=True)
    assert done.returncode == 0, done.stderr
    (promised,) = re.findall(r"memory: about ([\d.]+) GB", done.stdout)
    (peak,) = re.findall(r"peak (\d+)", done.stdout)
    assert 0.5 < float(promised) * 1e9 / (int(peak) * 1024) < 2


def test_a_model_whose_outputs_do_not_fit_is_not_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 100 * 1000 * MB)
    layers = "{Reshape: [2, 2, 1]}, {Resizing: {height: 20000, width: 20000}}, GlobalAveragePooling2D, {Dense: 3}"
    resolved = from_document(yaml_file.parse(f"data: iris\nmodel: [{layers}]", "net.yaml")).known
    assert resolved is not None
    memory.refuse_large_batch(resolved, 2)
    with pytest.raises(NNTrainError, match=r"the model needs about 4915.9 GB for its outputs, and 100.0 GB are there"):
        memory.refuse_large_batch(resolved, 10**9)
