from typing import Any


def test_nearly_all_units_of_a_layer_are_an_error(diagnosed: Any, signs: Any) -> None:
    seen = [signs(0, dead=[0.1, None, None]), signs(4, dead=[1.0, None, None])]
    (found,) = diagnosed("dead_relu", signs=seen, score=0.5)
    assert (found.severity, found.evidence) == ("error", {"share": 1.0, "share_at_first": 0.1})
    assert found.set == ("model.0.Dense.activation=leaky_relu",)


def test_units_that_were_dead_before_the_first_step_do_not_count_unless_nearly_all_are(
    diagnosed: Any, signs: Any
) -> None:
    """Half of the units are 0 for all rows of a single positive feature."""
    seen = [signs(0, dead=[0.6, None, None]), signs(4, dead=[0.65, None, None])]
    assert diagnosed("dead_relu", signs=seen, score=0.5) == []


def test_a_good_training_may_have_some(diagnosed: Any, signs: Any) -> None:
    seen = [signs(0, dead=[0.0, None, None]), signs(4, dead=[0.7, None, None])]
    assert diagnosed("dead_relu", signs=seen, score=0.95) == []
    assert diagnosed("dead_relu", signs=seen, score=0.55) != []


def test_a_narrow_layer_misses_a_third_of_its_units(diagnosed: Any, signs: Any) -> None:
    seen = [signs(0, dead=[0.0, None, None]), signs(4, dead=[0.375, None, None])]
    (found,) = diagnosed("dead_relu", signs=seen, score=0.75)
    assert found.severity == "warning"
    assert found.set == ("model.0.Dense.units=32", "model.0.Dense.activation=leaky_relu")
    assert diagnosed("dead_relu", "model.0.Dense.units=16", signs=seen, score=0.75) == []
