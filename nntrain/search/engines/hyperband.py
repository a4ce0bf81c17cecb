"""Many short trainings, the best trained further (KerasTuner's Hyperband; https://arxiv.org/abs/1603.06560)."""

from nntrain import backend
from nntrain.config.search.space import Search
from nntrain.config.tune import Engine, Factor, Several
from nntrain.config.value_types import PositiveInt
from nntrain.search.adapters.keras_tuner_oracle import OracleEngine
from nntrain.search.engine import SearchEngine


class Options(Engine):
    """Short trainings; the best 1 of `factor` is trained further, round after round (Li et al. 2018). KerasTuner."""

    package = "keras_tuner"
    finite = True
    promotes = True
    shorthand = "max_epochs"
    max_epochs: Several
    factor: Factor = 3
    iterations: PositiveInt = 1


def make(options: Options, search: Search) -> SearchEngine:
    """Return Hyperband, which waits where a round has to be finished first."""
    backend.import_keras_tuner()
    from nntrain.search.adapters import hyperband_oracle

    chosen = {**options.model_dump(exclude={"iterations"}), "hyperband_iterations": options.iterations}
    return OracleEngine(hyperband_oracle.Oracle, search, chosen, longest=options.max_epochs)
