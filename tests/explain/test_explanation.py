from nntrain.explain.explanation import digits


def test_numbers_of_both_signs_align() -> None:
    assert [digits(value) for value in (1.0, -1.0, 1 / 3)] == [" 1", "-1", " 0.333333333333"]
    assert digits(1 / 3, 4) == " 0.3333"


def test_a_negative_zero_is_0() -> None:
    assert digits(-0.0) == " 0"
