import numpy as np

from nntrain.training.programs.arrays import as_float, balanced_order, epoch_order


def test_the_order_is_a_permutation_that_seed_and_epoch_alone_decide() -> None:
    orders = [epoch_order(seed, epoch, 50, True) for seed in (0, 1) for epoch in (1, 2, 3)]
    assert all(order.dtype == np.int32 and sorted(order) == list(range(50)) for order in orders)
    assert len({order.tobytes() for order in orders}) == 6
    assert (epoch_order(1, 2, 50, True) == epoch_order(1, 2, 50, True)).all()


def test_without_shuffle_the_order_is_that_of_the_rows() -> None:
    assert epoch_order(7, 3, 5, False).tolist() == [0, 1, 2, 3, 4]


def test_a_balanced_order_has_as_many_rows_of_each_class_and_changes_with_the_epoch() -> None:
    classes = np.repeat([0, 1, 3], [70, 23, 7])
    orders = [balanced_order(seed, epoch, classes) for seed in (0, 1) for epoch in (1, 2, 3)]
    for order in orders:
        assert order.dtype == np.int32
        assert np.bincount(classes[order]).tolist() == [34, 33, 0, 33]
        assert set(np.bincount(order, minlength=100)[93:]) == {4, 5}  # 33 of 7 rows
    assert len({order.tobytes() for order in orders}) == 6
    assert len(set(np.concatenate(orders))) > 90
    assert (balanced_order(1, 2, classes) == balanced_order(1, 2, classes)).all()


def test_a_float32_is_written_with_its_own_digits() -> None:
    assert as_float(np.float32(0.1)) == 0.1
    assert np.float32(as_float(np.float32(1 / 3))) == np.float32(1 / 3)
