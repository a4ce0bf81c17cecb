"""What is completed in a shell, by Typer's own way through the command line."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nntrain.cli.app import app

CONFIG = "data: iris\nmodel:\n  - Normalization\n  - dense: {units: 3}\n"


@pytest.fixture
def completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Complete the last word of a command line, as bash asks for it, in a folder with a config and two runs."""
    monkeypatch.chdir(tmp_path)
    for file in ("iris.yaml", "configs/deep/xor.yaml", "configs/iris.yml", "runs/iris/resolved.yaml"):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(CONFIG)
    Path("runs/seeds").mkdir()
    Path("runs/seeds/group.json").write_text("{}")
    Path("broken.yaml").write_text("model: [")

    def complete(line: str) -> list[str]:
        words = ["nntrain", *line.split(" ")]
        asked = {"_NNTRAIN_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
        return CliRunner().invoke(app, [], env=asked, prog_name="nntrain").stdout.split()

    return complete


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("predi", ["predict"]),
        ("fit iris.yaml --see", ["--seed", "--seeds"]),
        ("fit ir", ["iris.yaml"]),
        ("fit configs/", ["configs/iris.yml", "configs/deep/xor.yaml"]),
        ("eval ", ["iris", "seeds"]),
        ("eval i", ["iris"]),
        ("explain ir", ["iris.yaml", "iris"]),
        ("summary ir", ["iris.yaml", "iris"]),
        ("compare iris se", ["seeds"]),
        ("fit iris.yaml --set tr", ["train.", "train="]),
        ("fit iris.yaml --set train.ep", ["train.epochs="]),
        ("fit iris.yaml --set train.optimizer.Adam.ams", ["train.optimizer.Adam.amsgrad="]),
        ("fit iris.yaml --set train.epochs=", []),
        ("fit iris.yaml --set nothing.here.", []),
        ("fit iris.yaml --set model.", ["model.0.", "model.1."]),
        ("fit iris.yaml --set model.1.", ["model.1.dense."]),
        ("fit iris.yaml --set model.1.dense.un", ["model.1.dense.units="]),
        ("fit broken.yaml --set train.ep", ["train.epochs="]),
        ("list optimi", ["optimizers", "optimizer"]),
        ("list AdamW", ["AdamW"]),
        ("list train.ba", ["train.batch_size"]),
    ],
)
def test_the_last_word_is_completed(line: str, words: list[str], completed: Any) -> None:
    assert completed(line) == words
