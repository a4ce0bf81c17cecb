import numpy as np

from nntrain.training.programs.arrays import as_float, epoch_order


def test_the_order_is_a_permutation_that_seed_and_epoch_alone_decide() -> None:
    orders = [epoch_order(seed, epoch, 50, True) for seed in (0, 1) for epoch in (1, 2, 3)]
    assert all(order.dtype == np.int32 and sorted(order) == list(range(50)) for order in orders)
    assert len({order.tobytes() for order in orders}) == 6
    assert (epoch_order(1, 2, 50, True) == epoch_order(1, 2, 50, True)).all()


def test_without_shuffle_the_order_is_that_of_the_rows() -> None:
    assert epoch_order(7, 3, 5, False).tolist() == [0, 1, 2, 3, 4]


def test_a_float32_is_written_with_its_own_digits() -> None:
    assert as_float(np.float32(0.1)) == 0.1
    assert np.float32(as_float(np.float32(1 / 3))) == np.float32(1 / 3)
