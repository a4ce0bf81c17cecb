"""What a checkpoint keeps of a history."""

import json
import math

from nntrain.training.history import History


def test_the_plain_values_survive_json() -> None:
    rows = [{"epoch": 1, "seconds": 0.5, "loss": 0.25}]
    before = History(rows, best_epoch=1, best_value=0.25, reason="early stopping", seconds=0.5)
    after = History()
    after.take_facts(json.loads(json.dumps(before.as_facts())))
    assert after == before


def test_the_best_value_before_the_first_epoch_is_null_in_json() -> None:
    facts = History().as_facts()
    assert facts["best_value"] is None
    after = History(best_value=1.0)
    after.take_facts(facts)
    assert math.isnan(after.best_value)
