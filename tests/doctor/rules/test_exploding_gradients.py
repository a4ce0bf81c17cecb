from typing import Any

SGD = "train.optimizer={SGD: {learning_rate: 0.01}}"


def test_a_norm_far_above_1_is_named_and_clipped(diagnosed: Any, signs: Any) -> None:
    (found,) = diagnosed("exploding_gradients", SGD, signs=[signs(0, gradient=[900.0, 1.0, 1.0])])
    assert found.set == ("train.optimizer.SGD.clipnorm=1.0",)


def test_the_steps_of_adam_do_not_grow_with_the_gradient(diagnosed: Any, signs: Any) -> None:
    assert diagnosed("exploding_gradients", signs=[signs(0, gradient=[900.0, 1.0, 1.0])]) == []


def test_what_is_clipped_does_not_explode(diagnosed: Any, signs: Any) -> None:
    clipped = "train.optimizer={SGD: {clipnorm: 1.0}}"
    assert diagnosed("exploding_gradients", clipped, signs=[signs(0, gradient=[900.0, 1.0, 1.0])]) == []
