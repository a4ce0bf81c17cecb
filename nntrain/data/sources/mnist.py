"""MNIST: 60,000 training and 10,000 test images of handwritten digits, 28x28 grey pixels (LeCun et al. 1998).

The file `mnist.npz` as Keras publishes and stores it, see `data/published_files.py`.
"""

import io
from typing import Any

from nntrain.config.data import Fraction, Source, SplitRule
from nntrain.config.data_schema import Schema
from nntrain.data.examples import Rows, Split
from nntrain.data.published_files import PublishedFiles

CLASSES = tuple("0123456789")
ADDRESSES = ("https://storage.googleapis.com/tensorflow/tf-keras-datasets/",)
FILES = {  # name: (bytes, SHA-256)
    "mnist.npz": (11490434, "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),
}


class Options(Source):
    """70,000 images of handwritten digits, 28x28 grey pixels, 10 classes; downloaded once, 11 MB."""

    validation: SplitRule = Fraction.model_construct(share=0.1)

    @property
    def known_schema(self) -> Schema:
        return Schema(shape=(28, 28, 1), classes=CLASSES)


def load(options: Options) -> Rows:
    """x: uint8 (60000, 28, 28, 1) and (10000, 28, 28, 1); y: int32. Raises DataError for a missing or broken file."""
    import numpy as np

    published = PublishedFiles("mnist", FILES, ADDRESSES, "NNTRAIN_MNIST_URL")
    with np.load(io.BytesIO(published.contents("mnist.npz")), allow_pickle=False) as arrays:
        return Rows(_split(arrays, "train"), options.known_schema, test=_split(arrays, "test"))


def _split(arrays: Any, name: str) -> Split:
    return Split(arrays[f"x_{name}"][..., None], arrays[f"y_{name}"].astype("int32"))
