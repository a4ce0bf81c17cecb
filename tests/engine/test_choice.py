from pathlib import Path

import numpy as np
import pytest

from nntrain import backend, yamlfile
from nntrain.spec.load import from_document

backend.start("cpu")

from nntrain import experiment  # noqa: E402
from nntrain.engine.choice import make_program, uses_xla  # noqa: E402
from nntrain.engine.reference import KerasProgram  # noqa: E402
from nntrain.engine.resident import Arrays, Program  # noqa: E402
from nntrain.engine.streamed import StreamedProgram  # noqa: E402
from nntrain.rundir import RunDir  # noqa: E402
from nntrain.terminal import Terminal  # noqa: E402

CONFIG = """
data: iris
model:
  - Dense: {{units: 8, activation: relu}}
  - BatchNormalization
train: {{epochs: 3, batch_size: 16, {options}}}
"""


def prepared(options: str) -> experiment.Prepared:
    text = CONFIG.format(options=options)
    return experiment.prepare(from_document(yamlfile.parse(text, "config.yaml")))


def program(options: str, fits: bool) -> Program:
    ready = prepared(options)
    example = Arrays(ready.data.train.x[:1], ready.data.train.y[:1])
    return make_program(ready.experiment, ready.model, example, 16, fits)


@pytest.mark.parametrize(
    ("options", "fits", "kind"),
    [
        ("engine: auto", True, Program),
        ("engine: auto", False, StreamedProgram),
        ("engine: resident", False, Program),
        ("engine: streamed", True, StreamedProgram),
        ("engine: keras", True, KerasProgram),
    ],
)
def test_the_engine_is_the_one_that_was_asked_for_or_that_fits(options: str, fits: bool, kind: type) -> None:
    assert type(program(options, fits)) is kind


def test_a_cpu_is_not_given_xla_unless_it_is_asked_for() -> None:
    assert not uses_xla(prepared("compile: auto").experiment)
    assert uses_xla(prepared("compile: xla").experiment)
    assert not uses_xla(prepared("compile: graph").experiment)


def losses(folder: Path, name: str, options: str) -> list[float]:
    run = RunDir.create(folder, name)
    experiment.run(prepared(options), run, Terminal(quiet=True), b"")
    return [float(row["val_loss"]) for row in run.read_rows()]


def test_every_engine_and_every_compiler_trains_the_same_net(tmp_path: Path) -> None:
    resident = losses(tmp_path, "resident", "engine: resident")
    assert losses(tmp_path, "streamed", "engine: streamed") == resident
    assert losses(tmp_path, "keras", "engine: keras") == pytest.approx(resident, rel=1e-4)
    assert losses(tmp_path, "xla", "compile: xla") == pytest.approx(resident, rel=1e-3)  # it adds in another order


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_keeps_weights_and_output_in_float32(precision: str) -> None:
    model = prepared(f"precision: {precision}").model
    assert {str(weight.dtype) for weight in model.weights} == {"float32"}
    assert [layer.compute_dtype for layer in model.layers] == [precision[6:], precision[6:], "float32"]
    assert np.asarray(model(np.zeros((1, 4), "float32"))).dtype == np.float32
