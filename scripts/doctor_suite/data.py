"""The data of the doctor's suite: real tables of scikit-learn and small made ones, written where the configs look."""

from pathlib import Path

import numpy as np


def write(folder: Path) -> None:
    """Write all files into a folder."""
    from sklearn import datasets

    wine, cancer, diabetes = datasets.load_wine(), datasets.load_breast_cancer(), datasets.load_diabetes(scaled=False)
    _table(folder / "wine.csv", wine.data, wine.target, "cultivar")
    _table(folder / "wine_sorted.csv", wine.data, wine.target, "cultivar", mixed=False)
    _table(folder / "cancer.csv", cancer.data, cancer.target, "benign")
    _table(folder / "cancer_small.csv", cancer.data[:80], cancer.target[:80], "benign")
    _table(folder / "diabetes.csv", diabetes.data, diabetes.target, "progression")
    _table(folder / "diabetes_scaled.csv", diabetes.data, _standard(diabetes.target), "progression")
    _made_tables(folder)
    _images(folder)


def _made_tables(folder: Path) -> None:
    random = np.random.default_rng(5)
    rooms, area, age = random.uniform(1, 8, 600), random.uniform(20, 220, 600), random.uniform(0, 90, 600)
    price = 40_000 + 2_500 * area + 9_000 * rooms - 900 * age + random.normal(0, 15_000, 600)
    houses = np.stack([rooms, area, age], axis=1)
    _table(folder / "houses.csv", houses, price, "price")
    _table(folder / "houses_scaled.csv", houses, _standard(price), "price")
    _table(folder / "houses_leak.csv", np.column_stack([houses, 2 * price + 7]), price / 1e5, "price")
    waves = random.uniform(-2, 2, (800, 3))
    target = np.sin(2 * waves[:, 0]) + waves[:, 1] * waves[:, 2] + random.normal(0, 0.05, 800)
    _table(folder / "waves.csv", waves, target, "height")
    spread = random.normal(0, 1, (1000, 6))
    rare = (spread[:, 0] + spread[:, 1] + 0.3 * random.normal(size=1000) > 2.9).astype(int)
    _table(folder / "rare.csv", spread, rare, "churn")
    some = (spread[:, 0] - spread[:, 2] + 0.5 * random.normal(size=1000) > 0).astype(int)
    _table(folder / "balanced.csv", spread, some, "churn")
    _table(folder / "balanced_leak.csv", np.column_stack([spread, 3 * some + 1]), some, "churn")
    twice = random.integers(0, 120, 1000)
    _table(folder / "twice.csv", spread[twice], some[twice], "churn")
    _table(folder / "classes_as_floats.csv", spread, some, "churn")
    np.savez(folder / "scaled_labels.npz", x=spread.astype("float32"), y=(some / 255).astype("float32")[:, None])
    np.savez(folder / "float_labels.npz", x=spread.astype("float32"), y=some.astype("float32")[:, None])


def _images(folder: Path) -> None:
    from sklearn import datasets

    digits = datasets.load_digits()
    images = np.minimum(255, digits.images * 16).astype("uint8")[..., None]
    order = np.random.default_rng(7).permutation(len(images))
    np.savez(folder / "digits.npz", x=images[order], y=digits.target[order].astype("int64"))
    np.savez(folder / "digits_sorted.npz", x=images[np.argsort(digits.target, kind="stable")], y=np.sort(digits.target))
    few = order[:300]
    np.savez(folder / "digits_few.npz", x=images[few], y=digits.target[few].astype("int64"))


def _standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / values.std()


def _table(path: Path, x: np.ndarray, y: np.ndarray, name: str, mixed: bool = True) -> None:
    order = np.random.default_rng(3).permutation(len(x)) if mixed else np.arange(len(x))
    columns = [f"f{index + 1}" for index in range(x.shape[1])]
    whole = np.column_stack([x, y])[order]
    integral = y.dtype.kind in "iu"
    lines = [
        ",".join([*(f"{value:.6g}" for value in row[:-1]), f"{int(row[-1])}" if integral else f"{row[-1]:.6g}"])
        for row in whole
    ]
    path.write_text("\n".join([",".join([*columns, name]), *lines, ""]), encoding="utf-8")
