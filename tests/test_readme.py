"""What README and docs/ show is what happens."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from nntrain.config.load import from_document
from nntrain.config.search.load import search_of
from nntrain.document import yaml_file
from nntrain.errors import ConfigError

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(kind: str) -> list[tuple[str, str]]:
    return [
        (page.name, block)
        for page in PAGES
        for block in re.findall(rf"^```{kind}\n(.*?)^```", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    ]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands find configs/ and nntrain/ and leave nothing in the real one."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("configs", "nntrain"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def test_there_are_commands_and_configs_to_try() -> None:
    assert len(blocks("console")) >= 2
    assert len(blocks("yaml")) >= 2


def test_the_commands_of_the_readme_work_in_their_order(checkout: Path) -> None:
    for _, block in blocks("console"):
        for line in block.splitlines():
            assert line.startswith("$ scripts/nntrain "), line
            arguments = shlex.split(line)[2:]
            done = subprocess.run(
                [sys.executable, "-m", "nntrain", *arguments], cwd=checkout, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{line}\n{done.stderr}"
            assert done.stdout or "-o" in arguments, line


def test_the_first_run_prints_what_the_readme_shows(checkout: Path) -> None:
    """Up to the digits and seconds that another processor may change."""
    shown = blocks("text")[0][1]
    log = (checkout / "runs" / "iris" / "log.txt").read_text()
    for line in shown.splitlines()[:4]:
        words = line.split()[:2]
        assert any(found.split()[:2] == words for found in log.splitlines()), line
    assert "best epoch" in log
    assert "332 parameters" in log


@pytest.mark.parametrize(("page", "block"), blocks("yaml"))
def test_every_config_in_the_documentation_is_right(page: str, block: str) -> None:
    config = from_document(yaml_file.parse(block, page))
    assert config.warnings == ()
    if config.experiment.tune is not None:
        search_of(config)


def test_the_error_of_the_readme_is_what_nntrain_says() -> None:
    shown = blocks("text")[1][1]
    filler = "seed: 1\ndata:\n  fashion_mnist: {validation: 0.1}\nmodel:\n  - Flatten\n\n"
    text = filler + "  - Dense: {unit: 300}\n"
    with pytest.raises(ConfigError) as caught:
        from_document(yaml_file.parse(text, "configs/fashion_mlp.yaml"))
    assert str(caught.value) == shown.strip("\n")
