from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.errors import ConfigError, NNTrainError
from nntrain.exporters import saved_model
from nntrain.exports.formats import Answers, Format
from nntrain.exports.write import export as write


@dataclass(frozen=True)
class Options(Format):
    """An exporter, of which this module has the function, that predicts something else."""


def export(options: Options, subject: Any, folder: Path) -> Answers:
    (folder / "model.bin").write_text("a model")
    return Answers(subject.expected[::-1] + np.float32(0.1), subject.expected, "a runtime")


def test_an_export_is_a_new_folder_with_a_schema_and_a_card(people: Any, tmp_path: Path) -> None:
    found = write(people, saved_model.Options(), tmp_path / "out", "MIT")
    there = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert there == set(found.files) >= {"model_card.md", "schema.json", "saved_model/saved_model.pb"}
    assert found.agreement.rows == 160 and found.agreement.difference < 1e-6
    assert "| licence | MIT |" in (tmp_path / "out" / "model_card.md").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    with pytest.raises(ConfigError, match="exists already"):
        write(people, saved_model.Options(), tmp_path / "out")


def test_what_does_not_predict_the_same_leaves_nothing(people: Any, tmp_path: Path) -> None:
    with pytest.raises(NNTrainError, match="the export is not the model: a runtime compared with `predict`"):
        write(people, Options(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
