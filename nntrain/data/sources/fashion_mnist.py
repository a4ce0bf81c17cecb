"""Fashion MNIST: 60,000 training and 10,000 test images of clothes, 28x28 grey pixels, 10 classes (Xiao et al. 2017).

The four files of https://github.com/zalandoresearch/fashion-mnist, see `data/published_files.py`.
"""

import gzip
from typing import TYPE_CHECKING

from nntrain.config.data import Fraction, Source, SplitRule
from nntrain.config.data_schema import Schema
from nntrain.data.examples import Rows, Split
from nntrain.data.published_files import PublishedFiles

if TYPE_CHECKING:
    import numpy as np

CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
ADDRESSES = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
)
FILES = {  # name: (bytes, SHA-256)
    "train-images-idx3-ubyte.gz": (26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
    "train-labels-idx1-ubyte.gz": (29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    "t10k-images-idx3-ubyte.gz": (4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
    "t10k-labels-idx1-ubyte.gz": (5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
}


class Options(Source):
    """70,000 images of clothes, 28x28 grey pixels, 10 classes; downloaded once, 31 MB."""

    validation: SplitRule = Fraction.model_construct(share=0.1)

    @property
    def known_schema(self) -> Schema:
        return Schema(shape=(28, 28, 1), classes=CLASSES)


def load(options: Options) -> Rows:
    """x: uint8 (60000, 28, 28, 1) and (10000, 28, 28, 1); y: int32. Raises DataError for missing or broken files."""
    return Rows(_split("train"), options.known_schema, test=_split("t10k"))


def _split(prefix: str) -> Split:
    images = _idx(_contents(f"{prefix}-images-idx3-ubyte.gz"))
    labels = _idx(_contents(f"{prefix}-labels-idx1-ubyte.gz"))
    return Split(images[..., None], labels.astype("int32"))


def _idx(data: bytes) -> "np.ndarray":
    """Return the array in an IDX file: two zeros, 8 for bytes, the number of dimensions, the sizes, the bytes."""
    import numpy as np

    sizes = np.frombuffer(data, ">i4", count=data[3], offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(sizes)


def _contents(name: str) -> bytes:
    """Return the unpacked bytes of one of the files, after its SHA-256 was checked."""
    published = PublishedFiles("fashion-mnist", FILES, ADDRESSES, "NNTRAIN_FASHION_MNIST_URL", in_keras="fashion-mnist")
    return gzip.decompress(published.contents(name))
