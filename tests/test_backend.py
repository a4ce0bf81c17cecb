"""The way into Keras: what it loads, what it does not, and which device it takes."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from nntrain import backend
from nntrain.errors import ConfigError, NNTrainError
from tests.forked import Started


def test_ctrl_c_ends_the_wait_for_an_import_that_goes_on_and_can_be_used(command: Any, tmp_path: Path) -> None:
    code = """
import os, signal, sys, threading
from nntrain import backend
threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    backend.start("cpu")
except KeyboardInterrupt as error:
    print(error, backend.is_loading())
    print("seen", file=sys.stderr)
    import pandas
    print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
backend.start("cpu")
import keras
print(keras.layers.Dense(2).units, backend.is_loading())
"""
    done = command(tmp_path, "-c", code, python=True)
    assert done.stdout == "while TensorFlow was loading; nothing has been written True\nTrue\n2 False\n", done.stderr
    assert done.stderr == "seen\n"


def test_ctrl_c_ends_a_command_that_loads_tensorflow_without_waiting_for_it(tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text("open('loads', 'w').close(); import time; time.sleep(60)")
    (tmp_path / "c.yaml").write_text("data: iris\nmodel: [{Dense: {units: 3, activation: softmax}}]\n")
    words = [sys.executable, "-c", "from nntrain.__main__ import main; main()", "fit", "c.yaml"]
    folders = f"{tmp_path}{os.pathsep}{Path(__file__).parents[1]}"
    environment, pipe = {**os.environ, "PYTHONPATH": folders}, subprocess.PIPE
    with Started(words, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        while not (tmp_path / "loads").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)  # less than the import takes
    assert (process.returncode, out, err) == (130, "", "") and not (tmp_path / "runs").exists()


def test_starting_loads_none_of_what_keras_would_drag_in_and_it_can_be_imported_afterwards(
    command: Any, tmp_path: Path
) -> None:
    code = """
import json, sys, time
from nntrain import backend
backend.start("cpu")
import keras, tensorflow
loaded = [name for name in ("sklearn", "scipy", "pandas", "matplotlib") if name in sys.modules]
import numpy as np
from nntrain.evaluation.baselines import baselines
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
x = np.arange(40, dtype="float32").reshape(20, 2) % 7
split = Split(x, (x[:, 0] > 3).astype("int32"))
found = baselines(Dataset("d", split, None, None, split.schema("ab")), split, seed=0)
from nntrain.plots import learning_curves
plot = learning_curves.draw(learning_curves.Options([{"epoch": 1, "loss": 1.0}]))
print(json.dumps([loaded, keras.backend.backend(), len(found), plot[:4].hex(), "scipy" in sys.modules]))
"""
    done = command(tmp_path, "-c", code, python=True)
    assert (done.returncode, done.stderr) == (0, "")
    loaded, engine, count, png, scipy = json.loads(done.stdout)
    assert loaded == [] and engine == "tensorflow"
    assert count == 6 and png == "89504e47" and scipy


def test_packages_that_were_hidden_can_be_imported_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with backend._hidden(("colorsys", "json")):
        with pytest.raises(ImportError):
            import colorsys  # noqa: F401
        import json as loaded
    import colorsys as back

    assert back.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    assert loaded is json


def test_what_libraries_write_to_stderr_is_dropped_in_the_block(capfd: pytest.CaptureFixture[str]) -> None:
    with backend.stderr_dropped():
        os.write(2, b"noise")
    os.write(2, b"message")
    assert capfd.readouterr().err == "message"


def test_a_missing_gpu_is_an_error() -> None:
    backend.start("cpu")
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("this machine has a GPU")
    with pytest.raises(NNTrainError, match="TensorFlow finds no GPU") as raised:
        backend.start("gpu")
    assert raised.value.exit_code == 1
    command = f"{sys.executable} -m pip install 'nntrain[gpu]'"
    assert f" help: run `{command}` and install an NVIDIA driver, or use `--device cpu`" in str(raised.value)


def test_start_can_be_called_twice() -> None:
    backend.start("cpu")
    backend.start("cpu")
    backend.start("auto")


def test_an_address_space_that_is_too_small_for_tensorflow_is_one_error(command: Any, tmp_path: Path) -> None:
    code = """
import resource
from nntrain import backend
from nntrain.errors import NNTrainError
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
backend.LEAST_ADDRESS_SPACE = least
try:
    backend.start("cpu")
except NNTrainError as error:
    print(error)
"""
    for least, message in (
        (2 * 10**9, "TensorFlow needs 2 GB of address space, `ulimit -v` allows 0.5 GB"),
        (0, "TensorFlow cannot be loaded: "),
    ):
        done = command(tmp_path, "-c", f"limit, least = 5 * 10**8, {least}\n{code}", python=True)
        assert done.stdout.startswith(f"error: {message}") and "help: " in done.stdout, done.stderr


def test_one_core_is_not_many(monkeypatch: pytest.MonkeyPatch) -> None:
    backend.start("cpu")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert backend.devices()[0]["name"] == "1 core"


def test_keras_on_another_backend_is_an_error(command: Any, tmp_path: Path) -> None:
    code = """
import sys, types
keras, tensorflow = types.ModuleType("keras"), types.ModuleType("tensorflow")
keras.backend = types.SimpleNamespace(backend=lambda: "jax")
sys.modules |= {"keras": keras, "tensorflow": tensorflow}
from nntrain import backend
try:
    backend.start()
except backend.NNTrainError as error:
    print(error)
"""
    done = command(tmp_path, "-c", code, python=True)
    assert done.stdout.startswith("error: Keras computes with `jax` in this process, and nntrain with TensorFlow\n")


def test_a_second_start_freezes_no_objects() -> None:
    backend.start("cpu")
    before = gc.get_freeze_count()
    kept = [[index] for index in range(100)]
    backend.start("cpu")
    assert len(kept) == 100 and gc.get_freeze_count() <= before


def test_whoever_collects_no_garbage_goes_on_so() -> None:
    with backend._collection_disabled():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with backend._collection_disabled():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_another_name_of_a_device_is_an_error() -> None:
    with pytest.raises(ConfigError, match="unknown device `tpu`"):
        backend.start("tpu")  # type: ignore[arg-type]
