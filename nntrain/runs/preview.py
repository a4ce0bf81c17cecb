"""A config whose data are read and whose model is built, but not trained: what `check --build` and `summary` show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nntrain.config.load import Config
from nntrain.data import table_overview
from nntrain.doctor import checkup
from nntrain.doctor.finding import Finding
from nntrain.errors import dotted
from nntrain.model import size
from nntrain.runs.experiment import prepare_and_report
from nntrain.terminal import Terminal
from nntrain.training.memory import in_words
from nntrain.training.prepare import Prepared

COLUMNS = table_overview.COLUMNS


@dataclass(frozen=True)
class Preview:
    """A config that is ready to be trained."""

    prepared: Prepared

    @classmethod
    def of(cls, config: Config, terminal: Terminal) -> "Preview":
        """Read the data, build the model and print what the config leaves out; raises as `prepare` does."""
        return cls(prepare_and_report(config, terminal))

    def columns(self) -> list[tuple[str, str, str, str]]:
        """Return a row of `COLUMNS` for each column of a table; nothing for other data."""
        return table_overview.overview(self.prepared.data)

    def findings(self) -> Sequence[Finding]:
        """Return what the doctor sees before the training, without the warnings that are printed already."""
        return checkup.before(self.prepared, reported=True).findings

    def layers(self) -> list[dict[str, Any]]:
        """Return each layer: its name, path and output, its parameters and multiplications."""
        return [
            {
                "layer": layer.name,
                "path": dotted(path),
                "output": list(layer.output.shape[1:]),
                **size.count([layer]).as_json(),
                "multiplications": size.multiplications(layer),
            }
            for path, layer in self.prepared.memory.layers
        ]

    def parameters(self) -> dict[str, int]:
        """Return the parameters of all layers, by kind."""
        return size.count(layer for _, layer in self.prepared.memory.layers).as_json()

    def inference_memory(self) -> str:
        """Return the memory of a prediction in words."""
        return in_words(self.prepared.memory.inference)
