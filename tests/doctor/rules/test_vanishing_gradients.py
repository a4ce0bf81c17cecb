from typing import Any


def test_a_first_gradient_far_below_the_last_is_named(diagnosed: Any, signs: Any) -> None:
    (found,) = diagnosed("vanishing_gradients", signs=[signs(0, gradient=[1e-7, 1e-3, 1e-1])])
    assert found.evidence["ratio"] < 1e-5
    assert "model.1.Dense.activation=relu" in found.set


def test_gradients_of_one_size_are_not(diagnosed: Any, signs: Any) -> None:
    assert diagnosed("vanishing_gradients", signs=[signs(0)]) == []
    assert diagnosed("vanishing_gradients", signs=[signs(0, gradient=[0.0, 0.0, 0.0])]) == []


def test_behind_dead_or_saturated_units_it_is_their_symptom(diagnosed: Any, signs: Any) -> None:
    vanished = {"gradient": [1e-7, 1e-3, 1e-1]}
    for seen, is_symptom in (
        (signs(0, **vanished), False),
        (signs(0, **vanished, dead=[None, 0.5, None]), False),
        (signs(0, **vanished, dead=[0.95, None, None]), True),
        (signs(0, **vanished, saturated=[1.0, 0.3, None]), True),
    ):
        (found,) = diagnosed("vanishing_gradients", signs=[seen], score=0.5)
        assert (found.severity, found.symptom) == ("error", is_symptom)
