"""Every kind of plug-in: a module in the folder of its kind, a light class `Options`, the function of the kind."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nntrain
from nntrain import extensions
from nntrain.config.data import Source
from nntrain.config.loggers import Logger
from nntrain.config.tune import Engine, Pruner
from nntrain.exports.formats import Format
from nntrain.search.plot_style import SearchPlot

KINDS = {
    "data.sources": ("load(options)", Source),
    "search.engines": ("make(options, search)", Engine),
    "search.pruners": ("make(options)", Pruner),
    "search.executors": ("start(options, settings)", object),
    "doctor.rules": ("diagnose(case, options)", object),
    "exporters": ("export(options, exported, folder)", Format),
    "loggers": ("start(options, run)", Logger),
    "plots": ("draw(options, format)", object),
    "search.plots": ("draw(options, format)", SearchPlot),
}


def missing(folder: str, name: str, function: str, family: type = object) -> str:
    """What the plug-in lacks, in one sentence; empty for a complete one."""
    module, file = extensions.load(folder, name), f"nntrain/{folder.replace('.', '/')}/{name}.py"
    options, words = getattr(module, "Options", None), function.removesuffix(")").split("(")
    if not isinstance(options, type) or not issubclass(options, family):
        return f"{file} has no class `Options{'' if family is object else f'({family.__name__})'}`"
    if not (options.__doc__ or "Options(").split("(")[0].removeprefix("Options"):
        return f"{file}: `Options` has no docstring, which is its line in `nntrain list`"
    found = getattr(module, words[0], None)
    if not callable(found) or list(inspect.signature(found).parameters) != words[1].split(", "):
        return f"{file} has no function `{function}`"
    return ""


@pytest.mark.parametrize(("folder", "function", "family"), [(name, *kind) for name, kind in KINDS.items()])
def test_every_plug_in_of_a_kind_is_complete(folder: str, function: str, family: type) -> None:
    assert extensions.names(folder)
    for name in extensions.names(folder):
        sentence = missing(folder, name, function, family)
        assert not sentence, sentence


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The empty folder of a new kind of plug-ins, `temporary`."""
    monkeypatch.setattr(nntrain, "__path__", [*nntrain.__path__, str(tmp_path)])
    (tmp_path / "temporary").mkdir()
    (tmp_path / "temporary" / "__init__.py").touch()
    yield tmp_path / "temporary"
    extensions.names.cache_clear()
    for name in [name for name in sys.modules if name.startswith("nntrain.temporary")]:
        del sys.modules[name]


OPTIONS = 'class Options:\n    """A line."""\n'
MAKE = "def make(options, search): ...\n"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("complete", OPTIONS + MAKE, ""),
        ("no_options", MAKE, "nntrain/temporary/no_options.py has no class `Options`"),
        (
            "no_docstring",
            OPTIONS.replace('"""A line."""', "pass") + MAKE,
            "nntrain/temporary/no_docstring.py: `Options` has no docstring, which is its line in `nntrain list`",
        ),
        ("no_function", OPTIONS, "nntrain/temporary/no_function.py has no function `make(options, search)`"),
        (
            "other_arguments",
            OPTIONS + MAKE.replace("search", "space"),
            "nntrain/temporary/other_arguments.py has no function `make(options, search)`",
        ),
    ],
)
def test_what_a_plug_in_lacks_is_one_sentence(folder: Path, name: str, text: str, sentence: str) -> None:
    (folder / f"{name}.py").write_text(text)
    assert missing("temporary", name, "make(options, search)") == sentence


def test_a_folder_is_the_list_of_its_plug_ins(folder: Path) -> None:
    for name in ("tpe", "_private", "asha"):
        (folder / f"{name}.py").touch()
    assert extensions.names("temporary") == ("asha", "tpe")


def test_the_module_of_options_is_the_one_that_defines_them() -> None:
    engine = Engine.parse("TPE")
    assert extensions.module_of(engine) is extensions.load("search.engines", "tpe")


def test_a_plug_in_that_does_not_exist_cannot_be_loaded() -> None:
    with pytest.raises(ModuleNotFoundError):
        extensions.load("data.sources", "nothing_of_this_name")


def test_a_plug_in_is_light_until_its_function_is_called() -> None:
    code = f"""
import sys
from nntrain import extensions
heavy = set("tensorflow keras numpy pandas matplotlib sklearn scipy optuna keras_tuner ray PIL".split())
heavy |= {{"tensorboard", "mlflow"}}
for folder in {list(KINDS)}:
    for name in extensions.names(folder):
        extensions.load(folder, name)
        assert not heavy & sys.modules.keys(), f"{{folder}}.{{name}} imports {{heavy & sys.modules.keys()}} at its top"
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
