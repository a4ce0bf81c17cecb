"""The scripts use names of nntrain that there are: no type checker reads them, and most run for minutes."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

from nntrain import backend

pytestmark = pytest.mark.trains  # some modules import Keras

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted(path for path in (ROOT / "scripts").rglob("*.py") if "nntrain" in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_name_of_nntrain_that_a_script_uses_is_there(script: Path) -> None:
    backend.start("cpu")
    tree = ast.parse(script.read_text(encoding="utf-8"))
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "nntrain":
            source = import_module(str(node.module))
            for alias in node.names:
                if not hasattr(source, alias.name):
                    import_module(f"{node.module}.{alias.name}")
                names[alias.asname or alias.name] = getattr(source, alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            assert hasattr(names[node.value.id], node.attr), f"line {node.lineno}: {ast.unparse(node)}"
