"""KerasTuner's Bayesian oracle."""

from typing import Any

import scipy
import scipy.optimize
import sklearn
import sklearn.gaussian_process
from keras_tuner.src.tuners import bayesian

bayesian.scipy, bayesian.sklearn = scipy, sklearn  # they were out of sight while KerasTuner was imported


class Oracle(bayesian.BayesianOptimizationOracle):
    """Without its repeats: where its best guess was tried before, a set of values that was not is drawn."""

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """What to try next, or the status STOPPED when the space is exhausted."""
        if self.tried() == self.size:
            return {"status": "STOPPED"}
        answer: dict[str, Any] = super().populate_space(trial_id)
        if answer["status"] == "RUNNING":
            answer["values"] = {name: self._inside(name, value) for name, value in answer["values"].items()}
            if self._duplicate(answer["values"]):
                return self._random_populate_space()  # type: ignore[no-any-return]
        return answer

    def _inside(self, name: str, value: Any) -> Any:
        """The value, not above the high end: KerasTuner goes one beyond it in a logarithmic range of whole numbers."""
        (one,) = (one for one in self.hyperparameters.space if one.name == name)
        return min(value, one.max_value) if hasattr(one, "max_value") else value
