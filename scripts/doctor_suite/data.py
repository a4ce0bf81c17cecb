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
    _of_published_tables(folder)
    _of_published_arrays(folder)
    _of_forums(folder)


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


def _of_published_tables(folder: Path) -> None:
    """Write tables of the kinds that the programs of published data sets have, from `xor_by_absolute_error` on."""
    random = np.random.default_rng(23)
    six = np.array([[1, 1], [0, 0], [1, 0], [0, 1], [1, 1], [0, 0]])
    _table(folder / "xor_of_six.csv", six, np.array([0, 0, 1, 1, 0, 0]), "y")
    _survival(folder, random)
    same = np.repeat([1, 0], 1000)
    _table(folder / "ones_and_zeros.csv", np.tile(same[:, None], 128), same, "y")
    wide = random.uniform(0, 10_000, (5000, 3))
    _table(folder / "plane_to_10000.csv", wide, wide @ [2.0, 1.0, 0.5] + 2.2, "y")
    three = np.column_stack([random.normal(500, 200, 800), random.normal(30, 12, 800), random.uniform(0, 1, 800)])
    above = _standard(three[:, 0]) + _standard(three[:, 1]) * 2 * three[:, 2] + random.normal(0, 0.5, 800) > 0
    _table(folder / "three_columns.csv", three, above.astype(int), "y")
    sizes = np.exp(random.uniform(0, [11, 11, 7, 7, 5, 4, 3, 3, 2, 2, 1], (600, 11)))
    logs = _standard_columns(np.log(sizes))
    attack = logs[:, 0] - logs[:, 2] + 0.7 * logs[:, 5] * logs[:, 6] + random.normal(0, 0.5, 600) > 0
    _table(folder / "packets.csv", sizes, attack.astype(int), "attack")
    five = random.uniform(0, 1, (600, 5))
    _table(folder / "five_columns.csv", five, (five.sum(axis=1) + random.normal(0, 0.1, 600) > 2.5).astype(int), "y")
    one = random.uniform(0, 1000, 2000)
    _table(folder / "one_column.csv", one[:, None], (one + random.normal(0, 60, 2000) > 480).astype(int), "y")
    _census(folder, random)
    line = random.uniform(0, 10, 200)
    _table(folder / "line_with_noise.csv", line[:, None], 2 * line + 1 + random.normal(0, 1, 200), "y")
    two = random.uniform(-1, 1, (150, 2))
    _table(folder / "two_columns.csv", two, 0.6 * two[:, 0] - 0.3 * two[:, 1] + random.normal(0, 0.05, 150), "y")
    steps = np.arange(0, 5, 0.1)
    _table(folder / "square_with_noise.csv", steps[:, None], 5 * steps**2 + random.normal(0, 1, 50) ** 3, "y")
    for name, rows in (("two_clouds", 100), ("two_clouds_of_400", 200)):
        clouds = np.concatenate([random.uniform(0.2, 0.4, (rows, 2)), random.uniform(0.5, 0.7, (rows, 2))])
        _table(folder / f"{name}.csv", clouds, np.repeat([1, 2], rows), "class")
    near = np.linspace(-1, 1, 111)
    curve = 1 / (np.exp(10 * near) + 1)
    _table(folder / "negative_curve.csv", near[:, None], -curve, "y")
    _table(folder / "positive_curve.csv", near[:, None], curve, "y")
    many = random.normal(0, 1, (3000, 106))
    score = many[:, :10].sum(axis=1) + random.normal(0, 1.5, 3000)
    _table(folder / "hundred_columns.csv", many, (score > 0).astype(int), "y")


def _survival(folder: Path, random: np.random.Generator) -> None:
    """Write a table like that of the Titanic, its words as numbers: class, name, sex, age, siblings, parents, ticket,
    fare, cabin, port."""
    rank = random.choice([1, 2, 3], 891, p=[0.24, 0.21, 0.55])
    sex, age = (random.uniform(0, 1, 891) < 0.65).astype(int), random.gamma(4.5, 6.6, 891)
    fare, cabin = random.lognormal(4.4 - 0.75 * rank, 0.5), np.where(random.uniform(0, 1, 891) < 0.77, 147, 0)
    cabin = np.where(cabin == 147, 147, random.integers(0, 147, 891))
    others = [random.integers(0, high, 891) for high in (1307, 4, 3, 929, 3)]
    chance = 1 / (1 + np.exp(-(2.6 * (1 - sex) + 1.9 - 1.1 * rank - 0.03 * (age - 30) - 0.8)))
    survived = (random.uniform(0, 1, 891) < chance).astype(int)
    columns = [rank, others[0], sex, age, others[1], others[2], others[3], fare, cabin, others[4]]
    _table(folder / "survival.csv", np.column_stack(columns), survived, "survived")


def _census(folder: Path, random: np.random.Generator) -> None:
    """Write a table like that of the census of 1994: 14 columns, some up to a million, a quarter of one class."""
    rows = 4000
    age, weight = random.gamma(8, 4.8, rows), random.lognormal(12, 0.5, rows)
    schooling, hours = random.integers(1, 17, rows), random.normal(40, 12, rows)
    gain = np.where(random.uniform(0, 1, rows) < 0.08, random.lognormal(8.5, 1, rows), 0)
    loss = np.where(random.uniform(0, 1, rows) < 0.05, random.normal(1900, 300, rows), 0)
    codes = [random.integers(0, high, rows) for high in (9, 16, 7, 15, 6, 5, 2, 42)]
    score = 0.25 * (schooling - 10) + 0.03 * (age - 38) + 0.03 * (hours - 40) + gain / 4000 + 1.2 * (codes[2] == 2)
    rich = (score + random.logistic(0, 0.8, rows) > 1.6).astype(int)
    columns = [age, codes[0], weight, codes[1], schooling, *codes[2:7], gain, loss, hours, codes[7]]
    _table(folder / "census.csv", np.column_stack(columns), rich, "rich")


def _of_published_arrays(folder: Path) -> None:
    """Write arrays of the kinds that the programs of published data sets have."""
    from sklearn import datasets

    random = np.random.default_rng(29)
    counts, labels = datasets.make_multilabel_classification(3000, n_features=20, n_classes=3, random_state=29)
    np.savez(folder / "three_labels.npz", x=counts.astype("float32"), y=labels.astype("float32"))
    bits = np.array([[int(digit) for digit in f"{number:08b}"] for number in range(256)], "float32")
    np.savez(folder / "bits_to_bits.npz", x=bits, y=random.permutation(bits))
    np.savez(folder / "bits_to_same_bits.npz", x=bits, y=bits)
    kind = random.integers(0, 10, 3000)
    colours, waves = random.uniform(60, 190, (10, 3)), random.uniform(0.3, 1.5, (10, 2))
    place = np.arange(16)
    phase = random.uniform(0, 6, (3000, 1, 1))
    lines = place[None, :, None] * waves[kind, 0][:, None, None] + place[None, None, :] * waves[kind, 1][:, None, None]
    images = (
        colours[kind][:, None, None, :]
        + 40 * np.sin(lines + phase)[..., None]
        + random.normal(0, 45, (3000, 16, 16, 3))
    )
    images += random.normal(0, 40, (3000, 1, 1, 3))  # the light
    np.savez(folder / "coloured_images.npz", x=images.clip(0, 255).astype("uint8"), y=kind)
    digits = datasets.load_digits()
    order = random.permutation(len(digits.target))
    pixels = np.minimum(255, digits.images * 16).astype("uint8")[..., None]
    over = (digits.target / 255).astype("float32")[:, None]
    np.savez(folder / "digits_over_255.npz", x=pixels[order], y=over[order])
    walks = random.normal(0, 1, (2000, 10, 1, 4)).cumsum(axis=1)
    rises = (walks[:, -1, 0].mean(axis=1) + random.normal(0, 0.8, 2000) > -0.4).astype("int64")
    np.savez(folder / "windows.npz", x=(-1.06 + 0.003 * walks).astype("float32"), y=rises)
    answer = random.integers(0, 2, 600)
    seen = random.normal(0, 1, (600, 12, 8, 2))
    seen[..., 1] = answer[:, None, None]
    np.savez(folder / "given_answer.npz", x=seen.astype("float32"), y=answer)


def _of_forums(folder: Path) -> None:
    """Write data of the kinds that the programs of forums have, from `counties` on."""
    random = np.random.default_rng(31)
    _counties(folder, random)
    _patients(folder, random)
    x = np.arange(1.0, 4000)
    _table(folder / "cubes.csv", x[:, None], x**3, "y")
    far = np.concatenate([random.normal(85, 6, (200, 2)), random.normal(99, 6, (200, 2))])
    _table(folder / "far_clouds.csv", far, np.repeat([0, 1], 200), "kind")
    digits = random.integers(-1, 2, (300, 4))
    with_bias = np.column_stack([digits, np.ones(300)])
    _table(folder / "sine_of_sum.csv", with_bias, np.sin(with_bias.sum(axis=1)), "y")
    pairs = random.integers(1, 1001, (1000, 2))
    products = (pairs**2).sum(axis=1) / 2e6
    _table(folder / "squares.csv", pairs / 2000, products, "y")
    codes = random.integers(0, 8, (3000, 10))
    score = (codes[:, 0] > 4).astype(float) + (codes[:, 1] % 2) + random.normal(0, 0.3, 3000)
    _table(folder / "codes.csv", codes, (score > 1.2).astype(int), "y")
    rooms = np.arange(1.0, 7)
    prices = 50_000 + 50_000 * rooms
    _table(folder / "rooms.csv", rooms[:, None], prices, "price")
    _table(folder / "rooms_and_hundred_thousands.csv", rooms[:, None], prices / 1e5, "price")
    time = np.arange(0, 1000, 0.5)
    _table(folder / "sine_to_1000.csv", time[:, None], np.sin(time / 120), "y")
    four = np.arange(1.0, 5)
    _table(folder / "four_numbers.csv", four[:, None], four, "y")
    _table(folder / "four_tenths.csv", four[:, None] / 10, four / 10, "y")
    _faces(folder, random)


def _counties(folder: Path, random: np.random.Generator) -> None:
    """Write a table like that of an election: 16 columns of counts, shares and incomes, and one of two winners."""
    rows = 2000
    people = np.exp(random.normal(10.2, 1.4, rows))
    shares = [random.normal(mean, deviation, rows) for mean, deviation in ((37, 5), (36, 6), (15, 6), (18, 7), (20, 4))]
    density = people / np.exp(random.normal(6.3, 0.8, rows))
    degrees, poverty = random.normal(20, 8, rows), random.normal(16, 6, rows)
    income = 40_000 + 900 * (degrees - 20) - 700 * (poverty - 16) + random.normal(0, 5_000, rows)
    trends = random.normal(0, 0.4, (rows, 3))
    others = [random.normal(2.5, 0.2, rows), random.normal(50, 2, rows), random.normal(15, 3, rows)]
    score = 0.9 * np.log(density) + 0.08 * (degrees - 20) - 0.06 * (poverty - 16) + 1.5 * trends[:, 0]
    won = (score + random.normal(0, 0.8, rows) > np.median(score) + 0.8).astype(int)
    columns = [people, *shares, density, people / 3, *others, degrees, poverty, income, *trends.T[:2]]
    _table(folder / "counties.csv", np.column_stack(columns), won, "won")


def _patients(folder: Path, random: np.random.Generator) -> None:
    """Write a table like that of the Pima Indians: 8 columns of 768 women, of which a third has diabetes."""
    rows = 768
    pregnancies, age = random.poisson(3.8, rows), 21 + random.gamma(1.2, 10, rows)
    glucose, pressure = random.normal(121, 31, rows), random.normal(69, 19, rows)
    skin, insulin = random.normal(20, 16, rows).clip(0), random.gamma(0.5, 160, rows)
    mass, pedigree = random.normal(32, 7.9, rows), random.gamma(2, 0.235, rows)
    score = 0.035 * (glucose - 121) + 0.09 * (mass - 32) + 0.12 * (pregnancies - 3.8) + 0.9 * (pedigree - 0.47)
    ill = (score + random.logistic(0, 1, rows) > 0.85).astype(int)
    columns = [pregnancies, glucose, pressure, skin, insulin, mass, pedigree, age]
    _table(folder / "patients.csv", np.column_stack(columns), ill, "ill")


def _faces(folder: Path, random: np.random.Generator) -> None:
    """Write images with a bright spot, and 30 places about it, from -1 to 1."""
    place, size = random.uniform(4, 12, (1500, 2)), random.uniform(1.5, 3, 1500)
    grid = np.arange(16)
    rows = (grid[None, :, None] - place[:, 0, None, None]) ** 2
    columns = (grid[None, None, :] - place[:, 1, None, None]) ** 2
    images = 220 * np.exp(-(rows + columns) / 2 / size[:, None, None] ** 2) + random.normal(20, 8, (1500, 16, 16))
    offsets = random.uniform(-0.4, 0.4, 30)
    targets = np.tile(_standard(place) / 4, 15) + offsets * (size[:, None] / 3) + random.normal(0, 0.02, (1500, 30))
    np.savez(folder / "faces.npz", x=images.clip(0, 255).astype("uint8")[..., None], y=targets.astype("float32"))


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


def _standard_columns(values: np.ndarray) -> np.ndarray:
    return (values - values.mean(axis=0)) / values.std(axis=0)


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
