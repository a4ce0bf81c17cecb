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
    _of_questions(folder)
    _of_more_questions(folder)


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


def _of_questions(folder: Path) -> None:
    """Write data of the kinds that the programs of real.yaml have."""
    random = np.random.default_rng(11)
    bits = random.integers(0, 2, (400, 2))
    _table(folder / "xor.csv", bits, bits[:, 0] ^ bits[:, 1], "y")
    near, wide = random.uniform(-np.pi, np.pi, 3000), np.arange(-100.0, 100, 0.25)
    curves = {
        "line_to_200": (np.arange(200.0), 2 * np.arange(200.0)),
        "line_of_ten": (np.arange(1.0, 11), 10 * np.arange(1.0, 11)),
        "line_of_seven": (np.arange(-1.0, 6), 2 * np.arange(-1.0, 6) - 1),
        "quartic": (wide, wide**4),
        "sine": (near, np.sin(near)),
    }
    for name, (x, y) in curves.items():
        _table(folder / f"{name}.csv", x[:, None], y, "y")
    t = random.uniform(-10, 10, 1000)
    _table(folder / "quadratic.csv", np.stack([t, t**2], axis=1), 5 - 3 * t + 2 * t**2, "y")
    points = random.uniform(0, 1, (300, 2))
    _table(folder / "square.csv", points, (points.sum(axis=1) > 1).astype(int), "y")
    switches = random.integers(0, 2, (1000, 20))
    _table(folder / "bits.csv", switches, switches @ random.normal(0, 1, 20) + switches[:, 0] * switches[:, 1], "y")
    word = random.integers(0, 20, 1500)
    beside = (word + random.choice([1, 1, 1, 2], 1500)) % 20
    np.savez(folder / "words.npz", x=np.eye(20, dtype="float32")[word], y=beside)


def _of_more_questions(folder: Path) -> None:
    """Write data of the kinds that the later programs of real.yaml have."""
    from sklearn import datasets

    random = np.random.default_rng(17)
    value = random.integers(0, 100_000, 2000)
    _table(folder / "threshold.csv", value[:, None], (value >= 50_000).astype(int), "above")
    televisions = np.exp(random.uniform(0.3, 6.3, 38))  # people for each
    life = 76 - 3.3 * np.log(televisions) + random.normal(0, 2, 38)
    _table(folder / "television.csv", televisions[:, None], life, "life_expectancy")
    x = np.arange(100.0)
    _table(folder / "parabola.csv", _standard(x)[:, None], x**2 + 3, "y")
    _table(folder / "xor_of_four.csv", np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0]), "y")
    plane = random.uniform(-1, 1, (1000, 2))
    _table(folder / "distance.csv", plane, np.hypot(plane[:, 0], plane[:, 1]), "distance")
    spectrum = random.normal(0, 1, (1500, 8))
    level = 130 + 20 * np.tanh(spectrum[:, 0] + spectrum[:, 1]) + 12 * spectrum[:, 2] + random.normal(0, 3, 1500)
    _table(folder / "level.csv", spectrum, level, "level")
    votes = (random.uniform(0, 1, (100, 3)) < 0.6).astype(int)
    _table(folder / "votes.csv", votes, (votes.sum(axis=1) > 1).astype(int), "majority")
    switches = random.integers(0, 2, (800, 20))
    chance = 1 / (1 + np.exp(-(switches - 0.5) @ random.normal(0, 1, 20)))
    _table(folder / "chance.csv", switches, chance, "chance")
    cloud = random.uniform(10, 12, 100)
    _table(folder / "cloud.csv", cloud[:, None], 0.5 * (cloud - 11) ** 2 + cloud + random.normal(0, 0.1, 100), "y")
    _table(folder / "three_points.csv", np.array([[-1.0], [0], [1]]), np.array([-0.2445, 0.1233, 0.1714]), "y")
    _passengers(folder, random)
    orders = random.uniform(0, 1, (3000, 34))
    demand = np.maximum(0, orders @ random.normal(0.1, 0.5, 34) + orders[:, 0] * orders[:, 1])
    _table(folder / "demand.csv", orders, demand, "demand")
    traits = random.normal(0, 1, (1500, 6))
    rank = np.digitize(traits[:, 0] + np.abs(traits[:, 1]), [-0.3, 0.5, 1.1, 1.9]) + 1
    np.savez(folder / "ranks.npz", x=traits.astype("float32"), y=rank.astype("float32")[:, None])
    np.savez(folder / "ranks_from_0.npz", x=traits.astype("float32"), y=rank - 1)
    digits = datasets.load_digits()
    flat = np.minimum(255, digits.data * 16).astype("float32")
    np.savez(folder / "digits_twice.npz", x=flat, y=flat)
    np.savez(folder / "digits_twice_scaled.npz", x=flat / 255, y=flat / 255)
    few = digits.target < 3
    images = np.minimum(255, digits.images[few] * 16).astype("uint8")[..., None]
    np.savez(folder / "three_digits.npz", x=images, y=digits.target[few].astype("int64"))


def _passengers(folder: Path, random: np.random.Generator) -> None:
    """Write a table like that of the Titanic: class, age, fare and sex of 714 passengers."""
    rank = random.choice([1, 2, 3], 714, p=[0.25, 0.25, 0.5])
    age, fare = random.gamma(4.5, 6.6, 714), random.lognormal(4.4 - 0.75 * rank, 0.5)
    female = (random.uniform(0, 1, 714) < 0.36).astype(int)
    chance = 1 / (1 + np.exp(-(2.6 * female + 1.9 - 1.1 * rank - 0.03 * (age - 30) - 0.8)))
    survived = (random.uniform(0, 1, 714) < chance).astype(int)
    _table(folder / "passengers.csv", np.column_stack([rank, age, fare, female, 1 - female]), survived, "survived")


def _images(folder: Path) -> None:
    from sklearn import datasets

    digits = datasets.load_digits()
    images = np.minimum(255, digits.images * 16).astype("uint8")[..., None]
    order = np.random.default_rng(7).permutation(len(images))
    np.savez(folder / "digits.npz", x=images[order], y=digits.target[order].astype("int64"))
    np.savez(folder / "digits_sorted.npz", x=images[np.argsort(digits.target, kind="stable")], y=np.sort(digits.target))
    light = images[order].mean(axis=(1, 2, 3)) / 64 + images[order][:, :3].mean(axis=(1, 2, 3)) / 128
    np.savez(folder / "patches.npz", x=images[order], y=light.astype("float32")[:, None])
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
