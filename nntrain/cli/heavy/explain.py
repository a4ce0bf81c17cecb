"""`nntrain explain` of a model, and of an optimizer."""

from pathlib import Path

from nntrain.cli.requests import Explain
from nntrain.config.load import Config
from nntrain.explain import example, explained_model, gradients, optimizer
from nntrain.explain.explanation import Explanation
from nntrain.storage.run_dir import RunDir


def of_model(request: Explain, subject: Config | RunDir) -> Explanation:
    """Return the forward pass and the gradients of one example, or the gradients of a batch."""
    model = explained_model.of_config(subject) if isinstance(subject, Config) else explained_model.of_run(subject)
    if request.gradients:
        return gradients.explain(model, request.batch, request.steps)
    wish = example.Wish(
        request.example,
        request.batch or 1,
        check=request.check,
        forward=request.mode == "forward",
        compare=request.compare,
    )
    return example.explain(model, wish)


def of_optimizer(request: Explain, config: Config, given: list[float]) -> Explanation:
    """Return the steps of the optimizer of a config, from given gradients."""
    name = Path(str(request.config)).name
    return optimizer.explain(name, config.experiment.train.optimizer, request.start, given)
