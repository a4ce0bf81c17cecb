"""A search is resumed by repeating its calls in another process: the proposals have to be the same there."""

import os
import subprocess
import sys
from pathlib import Path

CODE = """
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
for engine in ("RandomSearch", "GridSearch", hyperband, bayesian, tpe, "CmaEs", "BruteForce"):
    tune = Tune.read({"engine": engine, "space": {}, "seed": 4})
    engine = make_engine(Search(tune, space, "score", "max"))
    for pair in range(5):
        asked = [engine.ask(), engine.ask()]
        print(asked)
        for number, proposal in ((2 * pair + 1, asked[1]), (2 * pair, asked[0])):
            engine.tell(number, proposal.values["units"] + 0.1 * len(proposal.values), 10)
"""


def test_another_process_gives_the_same_proposals() -> None:
    runs = [_start(hash_seed) for hash_seed in ("1", "2")]
    printed = [run.communicate(timeout=120) for run in runs]
    assert printed[0] == printed[1]
    assert printed[0][1] == ""
    assert printed[0][0].count("Proposal(") == 7 * 10


def _start(hash_seed: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONHASHSEED": hash_seed}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", CODE], env=environment, stdout=pipe, stderr=pipe, text=True)
