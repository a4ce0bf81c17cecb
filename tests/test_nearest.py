import difflib
import random
from pathlib import Path

import pytest

from nntrain.nearest import natural_order, near_path, nearest


def test_the_nearest_name_does_not_mind_capitals() -> None:
    assert nearest("dense", ["Dense", "Dropout"]) == "Dense"
    assert nearest("drop-out", ["Dense", "Dropout"]) == "Dropout"
    assert nearest("Transformer", ["Dense", "Dropout"]) == ""


def is_swap(one: str, other: str) -> bool:
    swapped = [one[:at] + one[at + 1] + one[at] + one[at + 2 :] for at in range(len(one) - 1)]
    return other != one and other in swapped


def test_two_letters_that_are_swapped_are_the_nearest() -> None:
    assert nearest("Adma", ["Adamax", "AdamW", "Adam"]) == "Adam"
    assert nearest("ab", ["ba"], cutoff=0.4) == "ba" and nearest("trian", ["training", "train"]) == "train"


@pytest.mark.parametrize("cutoff", [0.6, 0.8, 1.0])
def test_leaving_out_words_of_other_lengths_changes_nothing(cutoff: float) -> None:
    draw = random.Random(0)
    words = ["".join(draw.choices("ab", k=draw.randrange(12))) for _ in range(300)]
    found = [nearest(word, words[:9], cutoff) for word in words]
    assert found == [
        next((other for other in words[:9] if is_swap(word, other)), "")
        or "".join(difflib.get_close_matches(word, words[:9], 1, cutoff))
        for word in words
    ]
    assert 20 < sum(map(bool, found)) < 300


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("flower.csv", "write `data/flowers.csv`"),
        ("Flowers.CSV", "write `data/flowers.csv`"),
        ("flowers.txt", "write `data/flowers.csv`"),
        ("flowers", "write `data/flowers.csv`"),
        ("zebra.csv", "that folder holds `flowers.csv`, `wine.csv`"),
        ("zebra.**", "check the path"),
        (f"{'x' * 300}.csv", "that folder holds `flowers.csv`, `wine.csv`"),
        ("sub/flowers.csv", "there is no folder `data/sub`"),
        ("wine.csv/flowers.csv", "there is no folder `data/wine.csv`"),
    ],
)
def test_a_path_that_does_not_exist_gets_the_nearest_one(
    name: str, help: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("data/flowers.csv", "data/wine.csv", "data/.hidden.csv"):
        Path(file).parent.mkdir(exist_ok=True)
        Path(file).touch()
    assert near_path(Path("data") / name) == help


def test_of_equal_stems_the_nearest_ending_is_offered(tmp_path: Path) -> None:
    for name in ("wine.csv", "wine.txt", "wine.zip"):
        (tmp_path / name).touch()
    assert near_path(tmp_path / "wine.cvs", "wine.cvs") == "write `wine.csv`"


def test_a_path_of_windows_is_written_with_slashes(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "wine.csv").touch()
    assert near_path(tmp_path / "data\\wine.csv", "data\\wine.csv") == "write `data/wine.csv`"


def test_a_near_path_is_written_as_the_user_wrote_it(tmp_path: Path) -> None:
    (tmp_path / "wine.csv").touch()
    assert near_path(tmp_path / "wines.csv", "../x/wines.csv") == "write `../x/wine.csv`"


def test_the_natural_order_counts() -> None:
    names = ["b10", "b9", "B2", "a"]
    assert [names[place] for place in natural_order(names)] == ["a", "B2", "b9", "b10"]
