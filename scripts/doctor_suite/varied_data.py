"""The data of tests/doctor/varied.yaml: noise, imbalance, few and many rows, categories, counts, images."""

from pathlib import Path

import numpy as np


def write(folder: Path) -> None:
    """Write all files into a folder."""
    random = np.random.default_rng(101)
    _classes(folder, random)
    _numbers(folder, random)
    _arrays(folder, random)
    _mixed(folder, random)


def _classes(folder: Path, random: np.random.Generator) -> None:
    x = random.normal(0, 1, (1200, 8))
    line = x @ random.normal(0, 1, 8)
    _table(folder / "weak.csv", x, (0.25 * line + random.logistic(0, 1, 1200) > 0).astype(int), "y")
    _table(folder / "one_in_ten.csv", x, (line + random.normal(0, 1.5, 1200) > 4.2).astype(int), "y")
    ring = random.normal(0, 1, (900, 2))
    _table(folder / "ring.csv", ring, ((ring**2).sum(axis=1) > 1.4).astype(int), "y")
    few = random.normal(0, 1, (70, 4))
    _table(folder / "few.csv", few, (few[:, 0] + few[:, 1] + random.normal(0, 0.4, 70) > 0).astype(int), "y")
    centers = random.uniform(-6, 6, (25, 5))
    kind = random.integers(0, 25, 2500)
    _table(folder / "many_classes.csv", centers[kind] + random.normal(0, 1, (2500, 5)), kind, "y")
    grades = np.digitize(line + random.normal(0, 1.2, 1200), [-2.5, -0.8, 0.8, 2.5])
    _table(folder / "grades.csv", x, grades, "y")
    large = random.normal(0, 1, (20_000, 10))
    _table(folder / "large.csv", large, (np.sin(large[:, 0] * 2) + large[:, 1] > 0).astype(int), "y")
    people = np.column_stack([random.normal(40, 12, 1500), random.lognormal(10, 0.6, 1500), random.poisson(2, 1500)])
    score = 0.06 * (people[:, 0] - 40) + 1.2 * (np.log(people[:, 1]) - 10) - 0.4 * (people[:, 2] - 2)
    _table(folder / "people.csv", people, (score + random.logistic(0, 1, 1500) > 0).astype(int), "buys")


def _numbers(folder: Path, random: np.random.Generator) -> None:
    x = random.uniform(-1, 1, (1000, 6))
    y = 2 * x[:, 0] - x[:, 1] + x[:, 2] * x[:, 3]
    _table(folder / "noisy.csv", x, y + random.normal(0, 1.3, 1000), "y")
    _table(folder / "clean.csv", x, y, "y")
    _table(folder / "heavy_tails.csv", x, y + 0.3 * random.standard_t(2, 1000), "y")
    _table(folder / "visits.csv", x, random.poisson(np.exp(1 + 0.8 * x[:, 0] - 0.6 * x[:, 1])), "visits")
    time = np.linspace(0, 12, 600)
    waves = np.sin(2 * time) + 0.4 * np.sin(5 * time) + random.normal(0, 0.1, 600)
    _table(folder / "signal.csv", time[:, None], waves, "y")
    rent = np.column_stack([random.uniform(20, 150, 500), random.integers(1, 6, 500), random.uniform(0, 30, 500)])
    price = 9 * rent[:, 0] + 60 * rent[:, 1] - 12 * rent[:, 2] + random.normal(0, 90, 500) + 400
    _table(folder / "rent.csv", rent, price, "rent")
    dots = np.arange(20.0) / 10
    _table(folder / "twenty_points.csv", dots[:, None], 3 * dots + 1, "y")


def _arrays(folder: Path, random: np.random.Generator) -> None:
    x = random.normal(0, 1, (1500, 12)).astype("float32")
    y = np.tanh(x @ random.normal(0, 0.4, (12, 4))) + random.normal(0, 0.1, (1500, 4))
    np.savez(folder / "four_targets.npz", x=x, y=y.astype("float32"))
    codes = random.normal(0, 1, (1500, 3)) @ random.normal(0, 1, (3, 20)) + random.normal(0, 0.1, (1500, 20))
    codes = (codes / codes.std()).astype("float32")
    np.savez(folder / "codes.npz", x=codes, y=codes)
    tags = (x @ random.normal(0, 1, (12, 5)) + random.normal(0, 1, (1500, 5)) > 0.5).astype("float32")
    np.savez(folder / "tags.npz", x=x, y=tags)
    kind = random.integers(0, 4, 1200)
    grid = np.arange(12)
    angle = kind * np.pi / 4
    phase = random.uniform(0, 6, 1200)
    stripes = np.sin(
        1.3 * (np.cos(angle)[:, None, None] * grid[:, None] + np.sin(angle)[:, None, None] * grid)
        + phase[:, None, None]
    )
    images = 128 + 70 * stripes[..., None] + random.normal(0, 30, (1200, 12, 12, 3))
    np.savez(folder / "stripes.npz", x=images.clip(0, 255).astype("uint8"), y=kind)
    scaled = (images.clip(0, 255) / 255).astype("float32")
    np.savez(folder / "stripes_scaled.npz", x=scaled, y=kind)


def _mixed(folder: Path, random: np.random.Generator) -> None:
    """Write a table of numbers with gaps and of categories, with two targets to choose from."""
    rows = 1500
    age, city, car = random.normal(45, 13, rows), random.integers(0, 12, rows), random.integers(0, 3, rows)
    income = random.lognormal(10, 0.5, rows)
    effect = random.normal(0, 0.7, 12)[city] + np.array([0, 0.8, -0.5])[car] + 0.03 * (age - 45)
    claims = random.poisson(np.exp(-0.5 + 0.5 * effect))
    lapsed = (effect - 0.6 * (np.log(income) - 10) + random.logistic(0, 0.8, rows) > 0.3).astype(int)
    gaps = random.uniform(0, 1, rows) < 0.1
    lines = ["age,city,car,income,claims,lapsed"]
    lines += [
        f"{'' if gaps[at] else f'{age[at]:.0f}'},city{city[at]},{'abc'[car[at]]},{income[at]:.2f},{claims[at]},"
        f"{'yes' if lapsed[at] else 'no'}"
        for at in range(rows)
    ]
    (folder / "insured.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _table(path: Path, x: np.ndarray, y: np.ndarray, name: str) -> None:
    columns = [f"f{index + 1}" for index in range(x.shape[1])]
    integral = y.dtype.kind in "iu"
    lines = [
        ",".join([*(f"{value:.6g}" for value in row), str(int(target)) if integral else f"{target:.6g}"])
        for row, target in zip(x, y, strict=True)
    ]
    path.write_text("\n".join([",".join([*columns, name]), *lines, ""]), encoding="utf-8")
