"""The data that come with nntrain, to begin without a file."""

from nntrain.beginning.facts import Facts

SPECIES = ("setosa", "versicolor", "virginica")
CHOICES = {
    "iris": "150 flowers of three species, by four measured lengths",
    "mnist": "70,000 grey images of handwritten digits; downloaded once, 11 MB",
    "fashion_mnist": "70,000 grey images of ten kinds of clothes; downloaded once, 31 MB",
    "toy_2d": "500 points of two half moons in the plane",
}


def look(name: str) -> Facts:
    """Return what is known about one of `CHOICES`."""
    return _FACTS[name]


def _images(name: str) -> Facts:
    note = "60,000 images train and validate, 10,000 test; 28x28 grey pixels, 10 classes."
    return Facts("images", {name: {}}, 54_000, tuple("0123456789"), size=(28, 28), notes=(note,))


_POINTS = {"kind": "moons", "size": 500, "noise": 0.2}
_FACTS = {
    "iris": Facts("numbers", {"iris": {}}, 96, SPECIES, notes=("150 rows of four lengths in cm, three species.",)),
    "mnist": _images("mnist"),
    "fashion_mnist": _images("fashion_mnist"),
    "toy_2d": Facts(
        "numbers",
        {"toy_2d": _POINTS},
        320,
        ("negative", "positive"),
        notes=(
            "Points in the plane. Other kinds are circle, xor, gauss, spiral (the hardest), reg_plane and reg_gauss.",
        ),
        comments={"kind": "two half moons", "noise": "how far points are moved"},
    ),
}
