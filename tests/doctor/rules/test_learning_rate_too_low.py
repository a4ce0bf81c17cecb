from typing import Any


def _seen(signs: Any, moved: float) -> list[Any]:
    return [signs(0), signs(4, moved=[moved, moved / 2, 0.3])]


def test_hidden_kernels_that_hardly_move_where_nothing_is_learned_need_a_higher_rate(
    diagnosed: Any, signs: Any
) -> None:
    slow = ("train.optimizer={SGD: {learning_rate: 0.01}}", "train.epochs=400")
    (found,) = diagnosed("learning_rate_too_low", *slow, signs=_seen(signs, 0.03), score=0.5, loss=[0.7] * 5)
    assert (found.severity, found.evidence["moved"]) == ("warning", 0.03)
    assert found.set == (
        "train.optimizer.SGD.learning_rate=0.1",
        "train.optimizer.SGD.momentum=0.9",
        "train.epochs=1600",
    )


def test_kernels_that_move_or_a_training_that_learns_need_none(diagnosed: Any, signs: Any) -> None:
    slow = ("train.optimizer={SGD: {learning_rate: 0.01}}", "train.epochs=400")
    assert diagnosed("learning_rate_too_low", *slow, signs=_seen(signs, 0.2), score=0.5, loss=[0.7] * 5) == []
    assert diagnosed("learning_rate_too_low", *slow, signs=_seen(signs, 0.03), score=0.8, loss=[0.7] * 5) == []
    assert diagnosed("learning_rate_too_low", *slow, signs=_seen(signs, 0.0), score=0.5, loss=[0.7] * 5) == []


def test_behind_three_sigmoids_it_is_not_the_rate(diagnosed: Any, signs: Any) -> None:
    slow = ["train.optimizer={SGD: {learning_rate: 0.01}}", "train.epochs=400"]
    seen = {"signs": _seen(signs, 0.03), "score": 0.5, "loss": [0.7] * 5}
    layers = ["{Dense: {units: 8, activation: sigmoid}}"] * 3
    for hidden, count in ((layers[:2], 1), (layers, 0)):
        found = diagnosed("learning_rate_too_low", *slow, f"model=[{', '.join([*hidden, '{Dense: 1}'])}]", **seen)
        assert len(found) == count


def test_a_training_that_went_well_gets_a_note(diagnosed: Any) -> None:
    (found,) = diagnosed("learning_rate_too_low", "train.optimizer={SGD: {learning_rate: 0.00001}}", score=0.98)
    assert found.severity == "note"


def test_a_high_rate_is_not_low_where_the_kernels_stand_still(diagnosed: Any, signs: Any) -> None:
    for rate, count in ((0.01, 1), (3.0, 0)):
        optimizer = f"train.optimizer={{SGD: {{learning_rate: {rate}}}}}"
        seen = {"signs": _seen(signs, 0.03), "score": 0.5, "loss": [0.7] * 5}
        assert len(diagnosed("learning_rate_too_low", optimizer, "train.epochs=400", **seen)) == count
