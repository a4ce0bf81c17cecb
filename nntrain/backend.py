"""The way into TensorFlow and Keras: quiet, on the chosen device, without what Keras imports and nntrain never uses.

`import keras` loads scikit-learn, SciPy, pandas and matplotlib when they are installed, which takes a second. Keras
takes each for missing when its import fails, so they are kept out of sight while Keras is imported.
"""

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from nntrain.errors import NNTrainError, install_command

Device = Literal["auto", "cpu", "gpu"]
_UNUSED = ("sklearn", "scipy", "pandas", "matplotlib")


def start(device: Device = "auto", verbose: bool = False) -> None:
    """Imports TensorFlow and Keras, once per process, and chooses the device.

    Raises NNTrainError when a GPU is asked for and none is found.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if not verbose:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _uninterrupted(), _out_of_sight(_UNUSED), _quiet(not verbose), _uncollected():
        import keras  # noqa: F401
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
    if not verbose:
        tf.get_logger().setLevel("ERROR")  # several models in one process are no mistake
    if device == "gpu" and not gpus:
        help = f"run `{install_command('gpu')}` and install an NVIDIA driver, or use `--device cpu`"
        raise NNTrainError("TensorFlow finds no GPU", help=help)
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
    else:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)


def import_keras_tuner() -> None:
    """Imports KerasTuner, on the CPU where nothing was started: it needs Keras but trains nothing here."""
    if "keras" not in sys.modules:
        start("cpu")
    with _uninterrupted(), _out_of_sight(_UNUSED):
        import keras_tuner  # noqa: F401


def use_threads(count: int | None, small: bool) -> None:
    """Gives TensorFlow so many threads; where none are named, one for small steps on the CPU.

    The threads of a small step wait for each other longer than they compute (docs/log.md). Where none are named, a
    number in the user's environment goes before that one, and TensorFlow chooses otherwise. Nothing happens once its
    threads run, so what makes them run earlier than a training does must ask for them itself.
    """
    import tensorflow as tf

    if count is None:
        chosen = any(name in os.environ for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"))
        if chosen or not small or tf.config.get_visible_devices("GPU"):
            return
        count = 1
    with contextlib.suppress(RuntimeError):  # which says that the threads run already
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(count)


def devices() -> list[dict[str, str]]:
    """Every device that TensorFlow computes on, with its kind and its name. Call `start` first."""
    import tensorflow as tf

    found = []
    for device in tf.config.get_visible_devices():
        told = tf.config.experimental.get_device_details(device)
        name = str(told.get("device_name", f"{os.cpu_count()} cores" if device.device_type == "CPU" else ""))
        found.append(
            {"device": device.name.removeprefix("/physical_device:"), "kind": device.device_type, "name": name}
        )
    return found


@contextmanager
def _out_of_sight(packages: tuple[str, ...]) -> Iterator[None]:
    """While it lasts, importing one of these packages fails, unless it is loaded already."""
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None makes an import fail
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """While it lasts, a first Ctrl-C waits: an import that is cut short fails in odd ways, or leaves half a package."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def receive(number: int, _: Any) -> None:
        came.append(number)
        signal.signal(number, signal.SIG_DFL)

    before = signal.signal(signal.SIGINT, receive)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        signal.raise_signal(signal.SIGINT)


@contextmanager
def _uncollected() -> Iterator[None]:
    """While it lasts, no garbage is looked for; what was made is left out of every later search.

    The imports leave a million objects that stay: looking through them again and again costs a third of the start-up.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def _quiet(active: bool) -> Iterator[None]:
    """While it lasts, what C++ libraries write to the standard error is dropped."""
    if not active:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
