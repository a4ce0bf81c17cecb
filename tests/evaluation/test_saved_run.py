import pytest

from nntrain.errors import ConfigError
from nntrain.evaluation.evaluate import evaluate
from nntrain.evaluation.saved_run import SavedRun
from nntrain.subject import read
from tests.conftest import Fit, Trained


def test_the_outputs_are_those_that_eval_scores(trained: Trained) -> None:
    run = SavedRun(read(trained("iris")))
    found = evaluate(trained("iris"), None, with_baselines=False)
    assert run.split_name == found.split == "test"
    assert float((run.predicted == run.y).mean()) == found.value
    assert run.outputs.shape == (30, 3)
    assert run.title == "iris: test split, 30 rows"


def test_a_split_is_chosen_by_its_name(trained: Trained) -> None:
    assert len(SavedRun(read(trained("iris")), "train").y) == 96


def test_a_split_that_the_run_has_not_is_refused(fit: Fit) -> None:
    run = fit("data: {iris: {validation: none}}\nmodel: [Dense: 3]\ntrain: {epochs: 1}\n")
    with pytest.raises(ConfigError, match="the run has no validation split") as caught:
        _ = SavedRun(read(run), "validation").split
    assert caught.value.problems[0].help == "use `--split test`"
