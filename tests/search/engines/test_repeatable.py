"""A search is resumed by repeating its calls in another process: the proposals have to be the same there."""

import contextlib
import io
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

CODE = """
from importlib.util import find_spec
from nntrain.config.search.space import Condition, Parameter, Search, Space
from nntrain.config.tune import Tune
from nntrain.search.engine import make_engine
from nntrain.search.engine import Waiting

space = Space(
    (
        Parameter("optimizer", "choice", options=("Adam", {"SGD": {}}, "Nadam")),
        Parameter("bias", "bool", options=(False, True)),
        Parameter("units", "int", low=1, high=64, log=True),
        Parameter("momentum", "float", low=0.5, high=0.9, condition=Condition("optimizer", 1)),
        Parameter("nesterov", "bool", options=(False, True), condition=Condition("optimizer", 1)),
    ),
    {"optimizer": "Adam", "bias": False, "units": 8},
)
hyperband = {"Hyperband": {"max_epochs": 10}}
bayesian = {"BayesianOptimization": {"num_initial_points": 3}}
tpe = {"TPE": {"n_startup_trials": 3}}
others = ["HyperoptTPE"] if find_spec("hyperopt") else []
for engine in ("RandomSearch", "GridSearch", hyperband, bayesian, tpe, "CmaEs", "BruteForce", *others):
    tune = Tune.read({"engine": engine, "space": {}, "seed": 4})
    engine = make_engine(Search(tune, space, "score", "max"))
    for pair in range(5):
        asked = [engine.ask(), engine.ask()]
        print(asked)
        for number, proposal in ((2 * pair + 1, asked[1]), (2 * pair, asked[0])):
            engine.tell(number, proposal.values["units"] + 0.1 * len(proposal.values), 10)
"""


@pytest.mark.trains  # that is, another process loads TensorFlow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_another_process_gives_the_same_proposals() -> None:
    """The other process hashes strings otherwise."""
    hash_seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", CODE]
    other = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert other.stderr == ""
    here = io.StringIO()
    with contextlib.redirect_stdout(here):
        exec(CODE, {})
    assert here.getvalue() == other.stdout
    assert other.stdout.count("Proposal(") == (7 + bool(find_spec("hyperopt"))) * 10
