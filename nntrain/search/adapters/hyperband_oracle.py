"""KerasTuner's Hyperband oracle, which finishes its rounds in a space that has too few sets of values for them."""

import math
from typing import Any

from keras_tuner import oracles


class Oracle(oracles.HyperbandOracle):
    """KerasTuner's oracle, which promotes from an incomplete first round of an exhausted space, and does not end."""

    def __init__(self, **options: Any) -> None:
        self._drawn: dict[int, int] = {}  # bracket → the size of its first round, where that is incomplete
        super().__init__(**options)

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Return what to train next and for how long, or the status IDLE or STOPPED."""
        answer: dict[str, Any] = super().populate_space(trial_id)
        if answer["status"] == "RUNNING" or not self.exhausted:
            return answer
        for bracket in self._brackets:
            number, drawn = bracket["bracket_num"], len(bracket["rounds"][0])
            self._drawn[number] = max(drawn, self._drawn.get(number, 0))
        return super().populate_space(trial_id)

    def _get_size(self, bracket_num: int, round_num: int) -> int:
        size: int = super()._get_size(bracket_num, round_num)
        if bracket_num not in self._drawn:
            return size
        return min(size, math.ceil(self._drawn[bracket_num] / self.factor**round_num))
