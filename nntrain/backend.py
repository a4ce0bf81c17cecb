"""Imports TensorFlow and Keras: quietly, on the chosen device, and without packages that Keras imports needlessly.

`import keras` loads scikit-learn, SciPy, pandas and matplotlib when they are installed, which takes a second. Keras
does without a package whose import fails, so their imports fail while Keras is imported.
"""

import contextlib
import gc
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Literal, NoReturn, get_args

from nntrain.config.messages import counted, listed
from nntrain.errors import ConfigError, NNTrainError, install_command, one_line
from nntrain.terminal import waiting

Device = Literal["auto", "cpu", "gpu"]
LEAST_ADDRESS_SPACE = 2_000_000_000  # bytes; TensorFlow 2.21 trains Iris with 1.9 GB and aborts with 1.7 GB
_UNUSED = ("sklearn", "scipy", "pandas", "matplotlib")
_FAULTS = (ImportError, OSError, MemoryError)  # of an installation; what else is raised is a bug, and shown as one
_LOOK_SECONDS = 0.1  # between two looks for Ctrl-C, which on Windows does not end a wait


def start(device: Device = "auto", verbose: bool = False) -> None:
    """Import TensorFlow and Keras, once per process, and choose the device.

    Raises ConfigError for an unknown device, and NNTrainError when TensorFlow cannot be loaded, and when `device` is
    `gpu` and it finds no GPU.
    """
    if device not in (known := get_args(Device)):
        raise ConfigError(f"unknown device `{device}`", help=f"use one of {listed(known)}")
    load(verbose)
    import tensorflow as tf

    if not verbose:
        tf.get_logger().setLevel("ERROR")  # it warns about several models in one process
    gpus = tf.config.list_physical_devices("GPU")
    if device == "gpu" and not gpus:
        help = f"run `{install_command('gpu')}` and install an NVIDIA driver, or use `--device cpu`"
        raise NNTrainError("TensorFlow finds no GPU", help=help)
    try:
        if device == "cpu":
            tf.config.set_visible_devices([], "GPU")
    except RuntimeError:
        help = "restart Python, and call nntrain before anything computes on the GPU"
        raise NNTrainError("TensorFlow uses the GPU in this process already", help=help) from None
    with contextlib.suppress(RuntimeError):  # raised where it computes already, in a notebook
        for gpu in gpus if device != "cpu" else ():
            tf.config.experimental.set_memory_growth(gpu, True)


def load(verbose: bool = False) -> None:
    """Import TensorFlow and Keras, unless they are there; raises NNTrainError where that fails."""
    if is_loading() or not {"tensorflow", "keras"} <= sys.modules.keys():
        with waiting("loading TensorFlow"):
            _import_quietly(verbose)
    import keras

    if (found := keras.backend.backend()) != "tensorflow":
        help = "set the environment variable KERAS_BACKEND to `tensorflow` before Keras is imported"
        raise NNTrainError(f"Keras computes with `{found}` in this process, and nntrain with TensorFlow", help=help)


def is_loading() -> bool:
    """Return whether TensorFlow is being imported, also where Ctrl-C has ended the wait for it."""
    return _Import.current is not None and not _Import.current.ended.is_set()


def _import_quietly(verbose: bool) -> None:
    _refuse_small_address_space()
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if not verbose:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _interrupt_delayed():
        if not is_loading():
            _Import.current = _Import(verbose)
            _Import.current.start()
        importing = _Import.current
    if importing is None:
        return
    try:
        importing.wait()
    except _FAULTS as error:
        help = "install nntrain again in a new environment, or add `-v` to see where it failed"
        raise NNTrainError(f"TensorFlow cannot be loaded: {one_line(str(error))}", help=help) from error


class _Import(threading.Thread):
    """Imports TensorFlow and Keras. Ctrl-C ends the wait for it; an interrupted import would leave half a package."""

    current: ClassVar["_Import | None"] = None

    def __init__(self, verbose: bool) -> None:
        super().__init__(name="import of TensorFlow")
        self.ended = threading.Event()
        self._verbose = verbose
        self._fault: Exception | None = None
        self._lock = threading.Lock()
        self._changed = contextlib.ExitStack()  # what else would notice, if the wait has ended
        self._stderr: int | None = None  # where the standard error leads to, while it is dropped

    def run(self) -> None:
        """Import both, and keep what it raises for `wait`."""
        try:
            with contextlib.nullcontext() if self._verbose else stderr_dropped() as self._stderr:
                self._run()
        except _FAULTS as error:
            self._fault = error
        finally:
            self.ended.set()

    def _run(self) -> None:
        before = sys.stderr
        with self._lock:
            self._changed.enter_context(_hidden(_UNUSED))
            self._changed.enter_context(_collection_disabled())
        try:
            import keras  # noqa: F401
            import tensorflow as tf

            tf.config.list_physical_devices("GPU")  # while what CUDA writes is dropped
        finally:
            self._restore()
            if isinstance(sys.stderr, _Kept):
                sys.stderr = before

    def wait(self) -> None:
        """Wait for the end of the import, and raise what it has raised, or KeyboardInterrupt at once at Ctrl-C."""
        try:
            while not self.ended.wait(_LOOK_SECONDS):
                pass
        except KeyboardInterrupt:
            self._restore()
            if self._stderr is not None and sys.stderr is sys.__stderr__:
                sys.stderr = _Kept(os.fdopen(os.dup(self._stderr), "wb", closefd=False), line_buffering=True)
            raise KeyboardInterrupt("while TensorFlow was loading; nothing has been written") from None
        if self._fault is not None:
            raise self._fault

    def _restore(self) -> None:
        with self._lock:
            self._changed.close()


class _Kept(io.TextIOWrapper):
    """What Python writes to the standard error while that of the libraries is dropped."""


def end_process(code: int) -> NoReturn:
    """End the process at once: an ordinary end waits for lost workers in TensorFlow, or for its import."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def import_keras_tuner() -> ModuleType:
    """Return KerasTuner. It needs Keras but trains nothing here, so Keras starts on the CPU if it has not started."""
    if "keras" not in sys.modules:
        start("cpu")
    with _interrupt_delayed(), _hidden(_UNUSED):
        import keras_tuner

        return keras_tuner  # type: ignore[no-any-return]


def use_threads(count: int | None, small: bool) -> None:
    """Set the number of TensorFlow's threads: `count`, or one for small steps on the CPU when `count` is None.

    The threads of a small step wait for each other longer than they compute (docs/log.md). When `count` is None, a
    number in the user's environment has priority, and for large steps TensorFlow chooses. The call has no effect once
    the threads run, so code that starts them before a training must call this function first.
    """
    import tensorflow as tf

    if count is None:
        if chosen_by_environment() or not small or tf.config.get_visible_devices("GPU"):
            return
        count = 1
    with contextlib.suppress(RuntimeError):  # raised when the threads run already
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(count)


def chosen_by_environment() -> bool:
    """Return whether the user's environment has a number of threads."""
    return any(name in os.environ for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"))


def devices() -> list[dict[str, str]]:
    """Return every device on which TensorFlow computes, with its kind and its name. Call `start` first."""
    import tensorflow as tf

    found = []
    for device in tf.config.get_visible_devices():
        details = tf.config.experimental.get_device_details(device)
        name, kind = device.name.removeprefix("/physical_device:"), device.device_type
        model = str(details.get("device_name", counted(os.cpu_count() or 1, "core") if kind == "CPU" else ""))
        found.append({"device": name, "kind": kind, "name": model})
    return found


def _refuse_small_address_space() -> None:
    """Raise NNTrainError where `ulimit -v` leaves too little for TensorFlow, which would abort the process."""
    if sys.platform == "win32":
        return
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < LEAST_ADDRESS_SPACE:
        message = f"TensorFlow needs 2 GB of address space, `ulimit -v` allows {limit / 1e9:.1f} GB"
        raise NNTrainError(message, help="run `ulimit -v unlimited`, or ask for more memory")


@contextlib.contextmanager
def _hidden(packages: tuple[str, ...]) -> Iterator[None]:
    """Make the import of these packages fail in the block, unless they are loaded already."""
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None makes an import fail
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


@contextlib.contextmanager
def _interrupt_delayed() -> Iterator[None]:
    """Delay a first Ctrl-C to the end of the block: an interrupted import leaves half a package."""
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


@contextlib.contextmanager
def _collection_disabled() -> Iterator[None]:
    """Collect no garbage in the block, and never what is made in it: imports make a million objects that stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


@contextlib.contextmanager
def stderr_dropped() -> Iterator[int]:
    """Drop what C++ libraries write to the standard error in the block, and give a descriptor of where it leads to."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield kept
    finally:
        os.dup2(kept, 2)
        os.close(kept)
