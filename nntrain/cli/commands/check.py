"""`nntrain check`: find every error of a config without training."""

from collections.abc import Sequence
from dataclasses import dataclass

from nntrain import backend
from nntrain.cli.checked_config import checked
from nntrain.config.load import Config
from nntrain.config.messages import counted
from nntrain.config.search.load import load_whole
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class Check:
    """A request to check a config; `build` also finds the errors that only the data and Keras show."""

    config: str
    assignments: Sequence[str] = ()
    build: bool = False
    verbose: bool = False

    def run(self, terminal: Terminal) -> None:
        """Print that the config is valid; raises ConfigError with all its errors."""
        config = checked(load_whole(self.config, self.assignments), terminal)
        size = self._build(config, terminal) if self.build else ""
        terminal.event("check", {"file": self.config, "errors": 0})
        terminal.line(f"{self.config} is valid{size}")

    def _build(self, config: Config, terminal: Terminal) -> str:
        """Read the data and build the model, and return its size."""
        backend.start("cpu", self.verbose)
        from nntrain.runs import experiment, results

        model = experiment.prepare_and_report(config, terminal).model
        parameters = results.count_parameters(model)["total"]
        return f", {counted(len(model.layers), 'layer')}, {counted(parameters, 'parameter')}"
