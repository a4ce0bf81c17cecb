"""The data of the later programs of tests/doctor/real.yaml, from `sine_of_hundred` on."""

from pathlib import Path

import numpy as np


def write(folder: Path) -> None:
    """Write all files into a folder."""
    random = np.random.default_rng(41)
    _curves(folder)
    _bits(folder, random)
    _tables(folder, random)
    _wide_tables(folder, random)
    _of_generators(folder)


def _curves(folder: Path) -> None:
    whole, part = np.arange(100.0), np.arange(200.0) / 50
    _table(folder / "sine_of_hundred.csv", whole[:, None], np.sin(whole), "y")
    _table(folder / "sine_to_four.csv", part[:, None], np.sin(part), "y")
    hundredths = np.arange(100) / 100
    _table(folder / "small_parabola.csv", hundredths[:, None], (hundredths - 0.5) ** 2, "y")
    below = -np.random.default_rng(43).uniform(0, 1, 1000)
    _table(folder / "negatives.csv", below[:, None], -below, "y")
    celsius = np.array([-40.0, -30, -20, -10, 0, 8, 15, 22, 30, 38, 50, 75, 100])
    _table(folder / "thirteen_degrees.csv", celsius[:, None], 1.8 * celsius + 32, "fahrenheit")
    fahrenheit = np.arange(-200.0, 200)
    _table(folder / "four_hundred_degrees.csv", fahrenheit[:, None], (fahrenheit - 32) * 5 / 9, "celsius")
    _table(folder / "odd_numbers.csv", whole[:, None], whole % 2, "odd")


def _bits(folder: Path, random: np.random.Generator) -> None:
    digits = random.integers(0, 2, 3003)
    rule = np.array([0, 1, 1, 0, 1, 0, 0, 1])  # the parity of the three before
    for at in range(3, len(digits)):
        if random.uniform() < 0.9:
            digits[at] = rule[digits[at - 3] * 4 + digits[at - 2] * 2 + digits[at - 1]]
    before = np.stack([digits[:-3], digits[1:-2], digits[2:-1]], axis=1)
    _table(folder / "binary_sequence.csv", before, digits[3:], "next")
    four = np.array([[int(digit) for digit in f"{number:04b}"] for number in range(16)])
    _table(folder / "parity_of_four.csv", four, four.sum(axis=1) % 2, "odd")
    seven = np.array([[int(digit) for digit in f"{number:07b}"] for number in range(100)])
    _table(folder / "odd_by_bits.csv", seven, np.arange(100.0) % 2, "odd")


def _tables(folder: Path, random: np.random.Generator) -> None:
    rows = 2000
    money, age, counts = random.lognormal(8, 1, rows), random.normal(40, 12, rows), random.poisson(3, rows)
    others = random.normal(0, 1, (rows, 5))
    score = 0.8 * (np.log(money) - 8) + 0.05 * (age - 40) + 0.7 * others[:, 0] + random.logistic(0, 0.6, rows)
    table = np.column_stack([money, age, counts, others])
    _table(folder / "few_orders.csv", table, (score > 2.3).astype(int), "ordered")
    _table(folder / "half_orders.csv", table, (score > 0).astype(int), "ordered")
    _table(folder / "five_kinds.csv", table, np.digitize(score, [-2.3, -1.7, -0.2, 2.1]), "kind")
    stars = np.digitize(others[:, 0] + 0.5 * others[:, 1] + random.normal(0, 0.3, rows), [-1.2, -0.4, 0.4, 1.2])
    _table(folder / "stars.csv", others, stars + 1, "stars")
    sign = np.where(others[:, 0] * others[:, 1] + others[:, 2] > 0, 1.0, -1.0)
    np.savez(folder / "signs.npz", x=others.astype("float32"), y=sign.astype("float32")[:, None])
    hours = random.uniform(0, 10, (500, 4))
    marks = (3 * hours[:, 1] + 1.2 * hours[:, 0] - 1.5 * hours[:, 2] + 5 + random.normal(0, 2, 500)).clip(0, 50)
    _table(folder / "marks.csv", hours, marks, "marks")
    time = np.arange(1500)
    speed = 55 + 12 * np.sin(time / 24) + 4 * np.sin(time / 5) + random.normal(0, 1.5, 1500)
    lagged = np.stack([speed[at : at + 1490] for at in range(10)], axis=1)
    _table(folder / "speeds.csv", lagged / 100, speed[10:] / 100, "speed")
    sunspots = (60 + 55 * np.sin(time / 20)).clip(0) * random.gamma(12, 1 / 12, 1500)
    _table(
        folder / "sunspots.csv", np.stack([sunspots[at : at + 1488] for at in range(12)], axis=1), sunspots[12:], "y"
    )


def _wide_tables(folder: Path, random: np.random.Generator) -> None:
    rows = 3000
    counts = random.poisson(random.gamma(1, 8, 40), (rows, 40))
    chosen = np.sqrt(counts[:, :6]) @ random.normal(0, 1, 6)
    _table(folder / "forty_counts.csv", counts, (chosen > np.median(chosen)).astype(int), "y")
    millions = random.normal(0, 1e6, (rows, 10))
    _table(folder / "millions.csv", millions, (millions[:, :3].sum(axis=1) > 0).astype(int), "y")
    ten = random.uniform(0, 1, (1000, 10))
    _table(folder / "sum_of_ten.csv", ten, ten.sum(axis=1) + random.normal(0, 0.1, 1000), "y")
    five = random.uniform(0, 1, (1000, 5))
    _table(folder / "five_weights.csv", five, five @ [1.0, -2.0, 3.0, -4.0, 5.0] + 0.5, "y")
    twenty = random.normal(0, 1, (250, 20))
    noisy = twenty[:, :4].sum(axis=1) + random.normal(0, 1.5, 250)
    _table(folder / "twenty_columns.csv", twenty, (noisy > 0).astype(int), "y")
    rooms = random.lognormal(7.6, 0.7, rows)
    income, age = random.gamma(4, 0.95, rows), random.uniform(1, 52, rows)
    place = np.column_stack([random.normal(-119.6, 2, rows), random.normal(35.6, 2.1, rows)])
    value = 0.42 * income + 0.01 * age - 0.25 * (place[:, 0] + 119.6) + random.normal(0, 0.6, rows)
    _table(folder / "blocks.csv", np.column_stack([place, age, rooms, rooms / 5, rooms / 2, income]), value, "value")
    town = np.column_stack([random.lognormal(0, 2, 506), random.uniform(0, 27, 506), random.uniform(0.4, 0.9, 506),
                            random.normal(6.3, 0.7, 506), random.uniform(3, 100, 506), random.uniform(187, 711, 506),
                            random.normal(356, 91, 506), random.gamma(3, 4, 506)])  # fmt: skip
    cost = 22 + 6 * (town[:, 3] - 6.3) - 0.7 * (town[:, 7] - 12) - 0.01 * (town[:, 5] - 400) + random.normal(0, 3, 506)
    _table(folder / "town.csv", town, cost, "price")
    sixty = random.normal(0, 1, (1500, 66)) * random.lognormal(0, 1, 66)
    _table(
        folder / "sixty_columns.csv", sixty, (sixty[:, :8].sum(axis=1) + random.normal(0, 1, 1500) > 0).astype(int), "y"
    )


def _of_generators(folder: Path) -> None:
    from sklearn import datasets

    circles, side = datasets.make_circles(n_samples=1000, noise=0.1, random_state=1)
    _table(folder / "circles.csv", circles, side, "y")
    columns, target = datasets.make_regression(n_samples=1000, n_features=20, noise=0.1, random_state=1)
    _table(folder / "twenty_for_one.csv", columns, target, "y")
    blobs, kind = datasets.make_blobs(n_samples=1000, centers=3, n_features=2, cluster_std=2, random_state=2)
    _table(folder / "blobs.csv", blobs, kind, "y")


def _table(path: Path, x: np.ndarray, y: np.ndarray, name: str) -> None:
    order = np.random.default_rng(3).permutation(len(x))
    columns = [f"f{index + 1}" for index in range(x.shape[1])]
    integral = y.dtype.kind in "iu"
    lines = [
        ",".join([*(f"{value:.6g}" for value in x[at]), str(int(y[at])) if integral else f"{y[at]:.6g}"])
        for at in order
    ]
    path.write_text("\n".join([",".join([*columns, name]), *lines, ""]), encoding="utf-8")
