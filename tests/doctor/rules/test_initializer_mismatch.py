from typing import Any

import pytest


def test_kernels_that_are_far_too_large_are_named_with_what_fits(diagnosed: Any, signs: Any) -> None:
    (found,) = diagnosed("initializer_mismatch", score=0.6, signs=[signs(0, weight=[60.0, 60.0, 1.0])])
    assert found.evidence["variance_factor"] == pytest.approx(60**4 / 8 / 8 / 2)
    assert found.set == (
        "model.0.Dense.kernel_initializer=he_normal",
        "model.1.Dense.kernel_initializer=glorot_uniform",
    )


def test_in_a_training_that_went_well_it_is_a_note(diagnosed: Any, signs: Any) -> None:
    (found,) = diagnosed("initializer_mismatch", score=0.99, signs=[signs(0, weight=[60.0, 60.0, 1.0])])
    assert found.severity == "note"


def test_kernels_that_fit_are_not_named(diagnosed: Any, signs: Any) -> None:
    assert diagnosed("initializer_mismatch", score=0.6, signs=[signs(0, weight=[4.0, 2.8, 1.0])]) == []


@pytest.mark.parametrize(("size", "weight", "count"), [(1, 0.1, 0), (3, 0.1, 0), (4, 0.1, 1), (1, 60.0, 1)])
def test_a_few_weights_that_are_small_are_so_by_chance(
    size: int, weight: float, count: int, diagnosed: Any, signs: Any
) -> None:
    one = signs(0, weight=[weight, 2.8, 1.0], size=[size, 64, 8])
    assert len(diagnosed("initializer_mismatch", score=0.6, signs=[one])) == count
