from typing import Any


def test_a_kernel_that_does_not_change_is_named(diagnosed: Any, signs: Any) -> None:
    (found,) = diagnosed("layer_learns_nothing", signs=[signs(3, moved=[0.0, 0.2, 0.3])])
    assert found.path == ("model", 0, "Dense")


def test_layers_that_change_are_not(diagnosed: Any, signs: Any) -> None:
    assert diagnosed("layer_learns_nothing", signs=[signs(3)]) == []
    assert diagnosed("layer_learns_nothing", signs=[signs(0, moved=[0.0, 0.0, 0.0])]) == []
