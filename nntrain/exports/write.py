"""An export from a run to its folder, which is there only if it predicts what the run does."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nntrain import extensions
from nntrain.evaluation.evaluate import evaluate_saved, same_data
from nntrain.exports import description
from nntrain.exports.agreement import Agreement, agreement
from nntrain.exports.card import Card, sizes
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.formats import CARD, SCHEMA, Format
from nntrain.storage.new_folder import new_folder
from nntrain.storage.run_dir import RunDir


@dataclass(frozen=True)
class Export:
    """What was written: the bytes of each file, and how the predictions agree."""

    files: Mapping[str, int]
    agreement: Agreement


def export(run_dir: RunDir, options: Format, output: Path, licence: str = "") -> Export:
    """Write the run in this format into a new folder, with a schema and a model card.

    Raises DataError where the data of the run are not there, ConfigError for a layer that the format cannot hold or a
    folder that exists, and NNTrainError where the export does not predict what the run does; then nothing is left.
    """
    exported = ExportedRun.of(run_dir, same_data(run_dir))
    with new_folder(output) as folder:
        (folder / SCHEMA).write_text(description.text(exported), encoding="utf-8")
        answers = extensions.module_of(options).export(options, exported, folder)
        agreed = agreement(options, exported, answers)
        agreed.refuse(options)
        scored = evaluate_saved(exported.saved, exported.data, None, with_baselines=False)
        card = Card(exported, options, agreed, scored, licence)
        (folder / CARD).write_text(card.text(folder), encoding="utf-8")
        return Export(sizes(folder), agreed)
