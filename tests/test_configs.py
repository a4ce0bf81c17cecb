"""Every shipped config: its header, that it loads without a warning, and one step on eight rows of its own data."""

import math
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from nntrain import backend
from nntrain.data.fashion_mnist import FILES
from nntrain.spec.data import Source
from nntrain.spec.load import load
from nntrain.spec.resolve import resolve

backend.start("cpu")

from nntrain import dataset  # noqa: E402  # the backend chooses the device first
from nntrain.build import build  # noqa: E402
from nntrain.evaluate import Scorer  # noqa: E402
from nntrain.experiment import resolved_text  # noqa: E402

REPOSITORY = Path(__file__).parents[1]
CONFIGS = REPOSITORY / "configs"
FOUND = sorted(CONFIGS.rglob("*.yaml"))
EXPECTED = """
    fashion_cnn fashion_mlp iris xor
    kth/activation_elu kth/activation_leaky_relu kth/activation_prelu kth/activation_rrelu
    kth/batch_normalization kth/data_augmentation kth/dropout kth/early_stopping kth/feedforward_2_4_3
    kth/gradient_clipping kth/gradient_descent
    kth/initialization_he kth/initialization_variance_scaling kth/initialization_xavier kth/initialization_xavier_relu
    kth/max_norm kth/regularization_l1 kth/regularization_l2
    kth/optimizer_adagrad kth/optimizer_adam kth/optimizer_momentum kth/optimizer_nesterov kth/optimizer_rmsprop
    optimizers/adadelta optimizers/adagrad optimizers/adam optimizers/adamax optimizers/adamw optimizers/lion
    optimizers/momentum optimizers/nadam optimizers/nesterov optimizers/rmsprop optimizers/sgd
    tor_vergata/fashion_300_100_100 tor_vergata/iris_mlp tor_vergata/lenet_relu tor_vergata/lenet_sigmoid
    tor_vergata/playground tor_vergata/xor
    vanishing/activation vanishing/all_cures vanishing/baseline vanishing/batch_normalization
    vanishing/gradient_clipping vanishing/initialization
""".split()

SCORE = re.compile(
    r"about \d+(\.\d)? (s|min) on 2 CPU cores, "
    r"test (accuracy|R²|mean absolute error) \d+\.\d{3} ± \d+\.\d{3} over [1-9]\d* seeds"
)

# NumPy 2 asks `__array__` for an argument `copy` that TensorFlow 2.21's variables lack, wherever Keras reads a weight.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

every_config = pytest.mark.parametrize(
    "file", FOUND, ids=[file.relative_to(CONFIGS).with_suffix("").as_posix() for file in FOUND]
)


@pytest.fixture(scope="module", autouse=True)
def fashion_data() -> Iterator[None]:
    """Points nntrain to the files of Fashion MNIST beside the repository, where no other place is given."""
    with pytest.MonkeyPatch.context() as patch:
        if not os.environ.get("NNTRAIN_DATA"):
            patch.setenv("NNTRAIN_DATA", str(REPOSITORY.parent / "shared" / "data"))
        yield
    read.cache_clear()


def refuse_download(source: Source) -> None:
    """Skips where the data of a config would have to be downloaded."""
    folder = Path(os.environ["NNTRAIN_DATA"])
    complete = any(all((place / name).is_file() for name in FILES) for place in (folder / "fashion-mnist", folder))
    if source.called() == "fashion_mnist" and not complete:
        pytest.skip(f"the files of Fashion MNIST are not in `{folder}`; set NNTRAIN_DATA to the folder that holds them")


@cache
def read(source: str) -> dataset.Dataset:
    """The first eight rows of the training split of a data source, given as JSON so that each is read once."""
    return dataset.load(Source.parse(json.loads(source)))


def header(file: Path) -> list[str]:
    """The comment lines that begin a config, without their `# `."""
    lines = file.read_text(encoding="utf-8").splitlines()
    count = next(index for index, line in enumerate(lines) if not line.startswith("#"))
    return [line.removeprefix("# ") for line in lines[:count]]
