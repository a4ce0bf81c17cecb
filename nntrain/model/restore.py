"""The model of a run, rebuilt with its saved weights."""

import io
import math
from dataclasses import dataclass
from typing import BinaryIO

from pydantic import ValidationError

from nntrain.config.data_schema import Schema
from nntrain.config.load import load_run
from nntrain.config.messages import listed
from nntrain.config.resolve import Resolved, resolve
from nntrain.config.table import Table
from nntrain.errors import NNTrainError, one_line
from nntrain.model import weights_file
from nntrain.model.build import build, weights_of
from nntrain.model.custom import Network
from nntrain.storage import records, run_files
from nntrain.storage.run_dir import RunDir


@dataclass(frozen=True)
class SavedModel:
    """A trained model with what describes it; `dtype` is that of its inputs, `table` what their columns are."""

    resolved: Resolved
    model: Network
    dtype: str
    table: Table | None


def load_model(run_dir: RunDir) -> SavedModel:
    """Build the run's model and load its checked weights; raises NNTrainError for missing, damaged or other files."""
    saved = run_dir.verified_model("weights", "input", "classes", "targets", "target_count")
    experiment = load_run(run_dir).experiment
    inputs = saved["input"]
    schema = Schema(
        shape=tuple(inputs["shape"]),
        classes=tuple(saved["classes"]),
        features=tuple(inputs["features"]),
        targets=tuple(saved["targets"]),
        target_count=saved["target_count"],
        counts=saved.get("counts") is True,
        sizes=tuple(inputs.get("sizes", ())),
        missing=tuple(inputs.get("missing", ())),
        has_missing=inputs.get("has_missing", False),
    )
    resolved = resolve(experiment, schema)
    if weights_of(resolved) != saved["weights"]:
        raise NNTrainError(f"the model of `{run_dir}` does not fit its resolved.yaml", help="train the run again")
    with run_dir.open(run_files.MODEL) as file:
        needed, size = weights_file.bytes_of(saved["weights"]), file.seek(0, io.SEEK_END)
        if needed > size:
            message = f"the weights of `{run_dir}` take {needed:,} bytes, and `{run_dir.model}` has {size:,}"
            raise NNTrainError(message, help="train the run again")
        model = build(resolved)
        _load_all(model, file, run_dir)
    return SavedModel(resolved, model, inputs["dtype"], _table(run_dir, resolved))


def _table(run_dir: RunDir, resolved: Resolved) -> Table | None:
    """Return what the columns of the inputs are; None where they are no table."""
    schema = resolved.schema
    if not schema.sizes:
        old = schema.features and isinstance(separator := getattr(resolved.experiment.data, "separator", ","), str)
        data = resolved.experiment.data
        left_out = (*getattr(data, "targets", ()), *getattr(data, "ignore", ()))
        return Table.of_numbers(schema, separator, left_out) if old else None
    try:
        table = Table.model_validate_json(run_dir.read_text(run_files.SCHEMA))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, found["loc"]))
        raise records.not_a_run(f"`{run_dir.path / run_files.SCHEMA}` has an invalid `{one_line(where)}`") from None
    if (table.names, table.sizes) != (schema.features, schema.sizes):
        raise records.not_a_run(f"`{run_dir.path / run_files.SCHEMA}` has other columns than the model")
    return table


def _load_all(model: Network, file: BinaryIO, run_dir: RunDir) -> None:
    try:
        taken = weights_file.load_weights(model.plain(), file)
    except weights_file.Unreadable as error:
        raise NNTrainError(f"`{run_dir.model}` {error}", help="train the run again") from None
    if missing := [weight.path for weight in model.weights if weight.path not in taken and math.prod(weight.shape)]:
        raise NNTrainError(f"`{run_dir.model}` lacks the weights {listed(missing)}", help="train the run again")
