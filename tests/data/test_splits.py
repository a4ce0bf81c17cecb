"""Each row is in exactly one split, by the rule, the labels and the seed."""

from typing import Any

import numpy as np

from nntrain.config.data import Fold, Source
from nntrain.data.dataset import load
from nntrain.data.examples import Split


def positions(split: Split | None) -> list[int]:
    return [] if split is None else [int(row) for row in split.x[:, 0]]


def folded(source: Source, index: int, count: int) -> Source:
    return source.model_copy(update={"fold": Fold(index=index + 1, count=count)})


def counts(split: Split | None) -> list[int]:
    return [] if split is None else np.bincount(split.y).tolist()


def test_every_row_is_in_exactly_one_split_in_ascending_order(numbered: Any) -> None:
    data = load(numbered([50, 50, 50]))
    parts = [positions(split) for split in (data.train, data.validation, data.test)]
    assert [len(part) for part in parts] == [96, 24, 30]
    assert sorted(sum(parts, [])) == list(range(150))
    assert all(part == sorted(part) for part in parts)


def test_shares_are_the_same_for_every_class(numbered: Any) -> None:
    data = load(numbered([100, 50, 11]))
    assert counts(data.test) == [20, 10, 2]
    assert counts(data.validation) == [16, 8, 2]


def test_a_class_of_three_rows_is_in_every_split(numbered: Any) -> None:
    data = load(numbered([100, 3], test=0.9, validation=0.9))
    assert [counts(split)[1] for split in (data.train, data.validation, data.test)] == [1, 1, 1]


def test_the_split_depends_on_the_split_seed_only(numbered: Any) -> None:
    first, again, other = (load(numbered([50, 50], split_seed=seed)) for seed in (1, 1, 2))
    assert positions(first.test) == positions(again.test)
    assert positions(first.test) != positions(other.test)


def test_unstratified_shares_follow_the_rows(numbered: Any) -> None:
    data = load(numbered([60, 40], test={"fraction": {"share": 0.25, "stratify": False}}))
    assert data.test is not None
    assert len(data.test) == 25
    assert counts(data.test) != [15, 10]


def test_first_and_last_take_rows_from_the_ends(saved: Any, source: Any) -> None:
    y = np.tile([0, 1], 10)
    x = np.stack([np.arange(20), np.ones(20)], axis=1)
    data = load(source(saved(x, y), test={"last": 4}, validation={"first": 3}))
    assert positions(data.test) == [16, 17, 18, 19]
    assert positions(data.validation) == [0, 1, 2]
    assert positions(data.train) == list(range(3, 16))


def test_none_leaves_all_rows_to_the_training(numbered: Any) -> None:
    data = load(numbered([5, 5], test="none", validation=0))
    assert (len(data.train), data.validation, data.test) == (10, None, None)


def test_folds_cover_every_row_once_with_the_same_share_of_each_class(numbered: Any) -> None:
    spec = numbered([20, 13], validation="none")
    folds = [load(folded(spec, index, 5)) for index in range(5)]
    tested = [positions(fold.test) for fold in folds]
    assert sorted(sum(tested, [])) == list(range(33))
    assert sorted(len(part) for part in tested) == [6, 6, 7, 7, 7]
    assert all(counts(fold.test)[0] == 4 and counts(fold.test)[1] in (2, 3) for fold in folds)
    assert all(not set(positions(fold.train)) & set(positions(fold.test)) for fold in folds)
    assert positions(load(folded(spec, 2, 5)).test) == tested[2]


def test_a_fold_leaves_the_official_test_split_alone(saved: Any, source: Any) -> None:
    x, y = np.arange(40.0).reshape(20, 2), np.tile([0, 1], 10)
    spec = source(saved(x, y, x_test=x - 1000, y_test=y), validation=0.2)
    assert positions(load(spec).test) == positions(Split(x - 1000, y))
    data = load(folded(spec, 0, 5))
    assert data.test is not None and data.validation is not None
    assert min(positions(data.test)) >= 0
    assert (len(data.train), len(data.validation), len(data.test)) == (12, 4, 4)


def test_the_validation_split_of_a_fold_follows_its_own_rule(numbered: Any) -> None:
    data = load(folded(numbered([20, 20], test={"last": 1}, validation=0.25), 1, 4))
    assert (len(data.train), counts(data.validation), counts(data.test)) == (22, [4, 4], [5, 5])


def test_the_folds_of_the_validation_split_are_equal_parts_of_what_the_test_leaves(numbered: Any) -> None:
    parts = [load(numbered([50, 50, 50], validation={"fold": {"index": at, "count": 4}})) for at in (1, 2, 3, 4)]
    assert len({tuple(positions(data.test)) for data in parts}) == 1
    assert sorted(sum((positions(data.validation) for data in parts), [])) == sorted(
        {*range(150)} - set(positions(parts[0].test))
    )
    for data in parts:
        assert counts(data.validation) == [10, 10, 10]
        assert not set(positions(data.train)) & set(positions(data.validation))


def test_equal_rows_are_in_one_fold_of_the_validation_split(saved: Any, source: Any) -> None:
    x = np.stack([np.arange(60) // 3, np.ones(60)], axis=1)
    file, options = saved(x, np.arange(60) // 3 % 2), {"group_duplicates": True, "test": "none"}
    for at in (1, 2, 3):
        data = load(source(file, validation={"fold": {"index": at, "count": 3}}, **options))
        assert not set(positions(data.train)) & set(positions(data.validation))
