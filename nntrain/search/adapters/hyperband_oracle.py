"""KerasTuner's Hyperband oracle, which finishes its rounds in a space that has too few sets of values for them."""

import math
from typing import Any

from keras_tuner import oracles


class Oracle(oracles.HyperbandOracle):
    """Where the space is exhausted, a bracket's first round is what was drawn, and its best are gone on with.

    KerasTuner ends there, with nothing trained for longer than the shortest round.
    """

    def __init__(self, **options: Any) -> None:
        self._drawn: dict[int, int] = {}  # the size of the first round of a bracket that could not be filled
        super().__init__(**options)

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """What to train next and for how long, or the status IDLE or STOPPED."""
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
