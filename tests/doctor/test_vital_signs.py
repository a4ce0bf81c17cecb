import json

import pytest

from nntrain.doctor.vital_signs import BEYOND, LayerSigns, VitalSigns, number, read


@pytest.mark.parametrize(
    ("value", "kept"), [(1.5, 1.5), (float("inf"), BEYOND), (float("nan"), BEYOND), (1e200, BEYOND)]
)
def test_numbers_that_json_does_not_have_are_replaced(value: float, kept: float) -> None:
    assert number(value) == kept


def test_signs_are_read_as_they_were_written() -> None:
    signs = VitalSigns(2, 0.5, (LayerSigns("model.0.Dense", 1.0, 2.0, 12, 0.1, 0.3, dead=0.25),))
    assert read([json.loads(json.dumps(signs.as_json()))]) == (signs,)
