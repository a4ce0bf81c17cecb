from pathlib import Path
from typing import Any

import numpy as np

from nntrain.evaluation.evaluate import evaluate_saved, same_data
from nntrain.exporters.keras import Options
from nntrain.exports.agreement import agreement
from nntrain.exports.card import Card
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.formats import Answers


def card(run: Any, folder: Path, licence: str = "") -> str:
    subject = ExportedRun.of(run, same_data(run))
    answers = Answers(subject.expected + np.float32(1e-6), subject.expected, "Keras 3")
    scored = evaluate_saved(subject.saved, subject.data, None, with_baselines=False)
    return Card(subject, Options(), agreement(Options(), subject, answers), scored, licence).text(folder)


def test_a_card_says_what_the_model_is_and_how_good_it_is(people: Any, tmp_path: Path) -> None:
    (tmp_path / "model.keras").write_bytes(b"x" * 1234)
    found = card(people, tmp_path)
    for line in (
        "# people",
        "| licence | not stated |",
        "| predicts | one of 2 classes: a, b |",
        "| model.keras | 1,234 |",
        "| rows of the train split | 128 |",
    ):
        assert line in found.splitlines()
    assert "\nKeras 3 compared with `predict` on 160 rows: largest difference 1." in found
    for part in ("On the test split (40 rows): accuracy ", "95 % interval", "| class | rows |", "epochs: 1", "numpy"):
        assert part in found
    assert "s; above 0.5 it is the second class, b." in found


def test_a_regression_has_no_classes(trained: Any, tmp_path: Path) -> None:
    found = card(trained("plane"), tmp_path)
    assert "| metric | value | 95 % |" in found and "r2\\_score" in found and "| class |" not in found


def test_text_of_a_user_has_no_meaning(people: Any, tmp_path: Path) -> None:
    assert "| licence | CC \\<b\\>\\|x\\\\n\\# y |" in card(people, tmp_path, "CC <b>|x\n# y").splitlines()
