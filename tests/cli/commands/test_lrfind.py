import json
from pathlib import Path

import pytest

from nntrain.cli.requests import Check, LrFind
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal

MOONS = "data: {toy_2d: {kind: moons, size: 100}}\nmodel: [{Dense: {units: 4, activation: tanh}}]\n"


@pytest.mark.trains
def test_the_suggestion_is_a_line_that_check_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "net.yaml"
    config.write_text(MOONS)
    LrFind(config=str(config), steps=40, plot=tmp_path / "rates.png", device="cpu").run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["learning", "rate", "loss"]
    (line,) = [line.removeprefix("  --set ") for line in lines if line.startswith("  --set ")]
    assert line.startswith("train.optimizer.RMSprop.learning_rate=") or line.startswith("train.optimizer.Adam")
    Check(config=str(config), assignments=[line]).run(Terminal(quiet=True))
    assert (tmp_path / "rates.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.yaml", "rates.png"]
    capsys.readouterr()
    LrFind(config=str(config), steps=40, device="cpu").run(Terminal(as_json=True))
    assert json.loads(capsys.readouterr().out)["set"] == line


@pytest.mark.parametrize("steps", [0, 29, 10**6])
def test_too_few_or_too_many_steps_are_refused(steps: int, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(MOONS)
    with pytest.raises(ConfigError, match="takes a number from 30 to 10,000"):
        LrFind(config=str(tmp_path / "net.yaml"), steps=steps).run(Terminal())
