"""Fashion MNIST: an epoch after the first, against plain Keras, scikit-learn, and PyTorch where it is installed."""

import gzip
import os
import sys
from pathlib import Path

import numpy as np

EPOCHS = 4
KINDS = ("mlp", "full", "cnn", "bn", "cnn_bfloat16", "bn_bfloat16")
"""A net, and the precision where it is not float32; plain Keras then trains in both."""


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


def main() -> None:
    """`fashion.py [RUNS] [KIND ...]`."""
    from measure import alternate, nntrain, python, report

    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for kind in sys.argv[2:] or KINDS:
        net, _, precision = kind.partition("_")
        options = ["--set", f"train.epochs={EPOCHS}"]
        jobs = {"plain Keras": python("plain_fashion.py", net, str(EPOCHS))}
        if precision:
            options += ["--set", f"train.precision=mixed_{precision}"]
            jobs[f"plain Keras, {precision}"] = python("plain_fashion.py", net, str(EPOCHS), f"mixed_{precision}")
        jobs["nntrain"] = nntrain(f"fashion_{net}.yaml", *options)
        if kind == "mlp":
            jobs["scikit-learn"] = python("plain_sklearn.py")
            if torch := os.environ.get("TORCH_PYTHON"):
                jobs["PyTorch"] = python("plain_torch.py", str(EPOCHS), interpreter=torch)
        medians = alternate(jobs, runs)
        report(f"Fashion MNIST, {kind}, an epoch after the first (seconds)", only_epochs(medians), "plain Keras")


def only_epochs(medians: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """The metrics that every job has."""
    return {name: {"epoch": metrics["epoch"]} for name, metrics in medians.items()}


if __name__ == "__main__":
    main()
