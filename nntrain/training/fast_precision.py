"""Whether this machine computes a model faster in bfloat16, which `precision: auto` leaves to the user."""

from pathlib import Path

import tensorflow as tf

from nntrain.config.load import Config
from nntrain.config.resolve import Resolved
from nntrain.training.choose_program import SMALL_STEP, dense_products

_CPU_FLAG = "amx_bf16"  # tiles of bfloat16; without them oneDNN's products of bfloat16 gain little
_LEAST_CAPABILITY = (8, 0)  # of an NVIDIA GPU whose tensor cores take bfloat16 (Ampere)
_INFO = Path("/proc/cpuinfo")


def note(config: Config, resolved: Resolved, rows: int) -> str:
    """Return the sentence with the line to write; nothing where the config has chosen, or little would be gained."""
    if config.experiment.train.precision != "auto":
        return ""
    products = dense_products(resolved)  # None with layers of images
    if products is not None and products * resolved.batch_size(rows) <= SMALL_STEP:
        return ""
    machine = _machine()
    if not machine:
        return ""
    line = "`--set train.precision=mixed_bfloat16`"
    return f"this {machine} multiplies bfloat16 faster than float32: {line} trains this model in less time"


def _machine() -> str:
    """Return what has fast products of bfloat16; nothing where there is none, or it is not known."""
    if gpus := tf.config.get_visible_devices("GPU"):
        found = tf.config.experimental.get_device_details(gpus[0]).get("compute_capability", (0, 0))
        return "GPU" if found >= _LEAST_CAPABILITY else ""
    return "processor" if _INFO.is_file() and _CPU_FLAG in _INFO.read_text(errors="replace").split() else ""
