"""The images of Fashion MNIST, as the scripts of the opponents read them."""

import gzip
import os
from pathlib import Path

import numpy as np


def arrays(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (n, 28, 28) and labels uint8 (n,) of `train` or `t10k`, from NNTRAIN_DATA or nntrain's cache."""
    places = [Path(os.environ.get("NNTRAIN_DATA", ".")), Path.home() / ".cache" / "nntrain"]
    folder = next(place / "fashion-mnist" for place in places if (place / "fashion-mnist").is_dir())
    with (
        gzip.open(folder / f"{name}-images-idx3-ubyte.gz") as images,
        gzip.open(folder / f"{name}-labels-idx1-ubyte.gz") as labels,
    ):
        x = np.frombuffer(images.read(), "uint8", offset=16).reshape(-1, 28, 28)
        return x, np.frombuffer(labels.read(), "uint8", offset=8)
