"""What of a search is one program, before it begins."""

import pytest

from nntrain.config.load import Config, from_document
from nntrain.document import yaml_file
from nntrain.search.stack_plan import divided, parts, pays

CONFIG = """
data: iris
model: [{Dense: {units: 8, activation: relu}}, {Dropout: 0.2}]
train: {epochs: 4}
tune:
  engine: RandomSearch
  trials: 150
  space:
    model.0.Dense.units: {choice: [8, 16]}
    model.1.Dropout.rate: {float: [0.1, 0.5]}
"""


def config(*changes: tuple[str, str]) -> Config:
    text = CONFIG
    for old, new in changes:
        text = text.replace(old, new)
    return from_document(yaml_file.parse(text, "c.yaml"))


def test_trainings_with_equal_keys_are_together_in_parts_of_nearly_equal_sizes() -> None:
    planned = [(number, "" if number % 10 == 0 else "one") for number in range(100)]
    found = divided(planned)
    assert [len(part) for _, part in found] == [1, 45, 45, *[1] * 9]
    assert found[1][1][:2] == [1, 2] and found[2][0] == "one"


def test_a_few_short_trials_do_not_make_up_for_tracing() -> None:
    assert [pays(2, 400), pays(2, 600), pays(6, 0)] == [False, True, True]


def test_the_parts_of_a_search_are_those_of_an_architecture() -> None:
    found = parts(config())
    assert sum(len(part.trainings) for part in found) == 150 and len({part.key for part in found}) == 2
    assert all(len(part.trainings) <= 64 for part in found)
    assert {each.epochs for part in found for each in part.trainings} == {4}


@pytest.mark.parametrize(
    ("engine", "repeats", "sizes"),
    [("{Hyperband: {max_epochs: 4, factor: 2}}", 1, None), ("TPE", 3, [3]), ("TPE", 1, [])],
)
def test_an_engine_decides_how_many_trials_are_known_at_once(
    engine: str, repeats: int, sizes: list[int] | None
) -> None:
    found = parts(config(("RandomSearch", f"{engine}\n  repeats: {repeats}"), ("trials: 150", "trials: 40")))
    if sizes is not None:
        assert [len(part.trainings) for part in found] == sizes
        return
    assert {part.key[0] for part in found} == {"0", "1", "2"}, "rounds that go on from other epochs are apart"


def test_what_cannot_be_stacked_has_no_parts() -> None:
    assert parts(config(("train: {epochs: 4}", "train: {epochs: 4, max_seconds: 9}"))) == []
