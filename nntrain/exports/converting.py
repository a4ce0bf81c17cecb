"""A model converted and run; where that fails, the layers that the format cannot hold are looked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from nntrain.errors import NNTrainError, one_line
from nntrain.errors import Path as Path_
from nntrain.exports.agreement import largest_difference
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.formats import Answers, Format
from nntrain.exports.other_process import answers, outputs
from nntrain.exports.refused_layers import OTHERS, places, refused

Write = Callable[[Any, Path], None]
_ROWS = 64
_LIMIT = 1e-3  # beyond which a layer alone is another one


@dataclass(frozen=True)
class Converter:
    """How a format writes a Keras model to a file. write: the whole; write_layer: one layer of it, in float32.

    runtime: the program in `runtimes/` that runs the file.
    """

    write: Write
    write_layer: Write
    runtime: str

    def convert(self, exported: ExportedRun, options: Format, file: Path) -> Answers:
        """Write the model of a run to the file, and return what it answers in its runtime.

        Raises ConfigError for the layers that fail alone, and NNTrainError where none does.
        """
        try:
            self.write(exported.exact, file)
            return answers(exported, self.runtime, file)
        except NNTrainError:
            raise
        except Exception as error:  # noqa: BLE001  # converters raise anything
            if bad := list(self._failing(exported, file)):
                raise refused(options.name, bad) from error
            message = f"the model cannot be exported as `{options.name}`: {one_line(str(error))[:300]}"
            raise NNTrainError(message, help=OTHERS) from error

    def _failing(self, exported: ExportedRun, file: Path) -> Iterator[tuple[Path_, str, str]]:
        """Yield the place and the name of each layer that does not compute the same when it is converted alone."""
        x = np.asarray(exported.rows.x[:_ROWS], "float32")
        for layer, (path, name) in zip(exported.exact.layers, places(exported), strict=True):
            alone = keras.Sequential([keras.Input(x.shape[1:]), layer])
            expected = np.asarray(alone(x, training=False))
            try:
                self.write_layer(alone, file)
                found, _ = outputs(self.runtime, file, x)
            except Exception:  # noqa: BLE001  # converters raise anything
                yield path, name, ""
            else:
                if not largest_difference(found, expected) < _LIMIT:
                    yield path, name, "it computes something else"
            x = expected
