import sys
from pathlib import Path

import pytest

from nntrain.config import plugin as plugins
from nntrain.config.keras.layers import Layer
from nntrain.config.named import known
from nntrain.errors import ConfigError, NNTrainError
from nntrain.plugins.load import load, used

OWN = "import keras\n\nclass Own(keras.layers.Layer):\n    def __init__(self, **k): super().__init__(**k)\n"


def refused(file: Path) -> tuple[str, str, str]:
    """What is wrong with a file, its place and the help."""
    with pytest.raises(ConfigError) as caught, used(file):
        pass
    (problem,) = caught.value.problems
    return problem.message, str(problem.span or "").rpartition("/")[2], problem.help


def test_its_names_are_those_of_a_config_inside_the_block_alone(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN)
    with used(tmp_path / "own.py"):
        assert "own" in known(Layer) and "nntrain_plugins.own" in sys.modules
    assert "own" not in known(Layer) and "nntrain_plugins.own" not in sys.modules


def test_a_file_that_has_changed_has_new_classes_and_an_equal_one_the_same(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(OWN)
    (first,) = load(file)
    assert load([file, file]) == (first,) and load(file)[0].members == first.members
    file.write_text(OWN.replace("**k):", "size: int = 2, **k):"))
    with used(file):
        assert Layer.parse("Own").size == 2  # type: ignore[attr-defined]
    with used([first.file]):
        assert "size" not in known(Layer)["Own"].model_fields


@pytest.mark.parametrize(
    ("name", "content", "message", "place", "help"),
    [
        (
            "own.py",
            "x = 1\ny = x / 0\n",
            "cannot be imported: ZeroDivisionError: division by zero",
            "own.py:2:1",
            "correct",
        ),
        ("own.py", "class A\n", "cannot be imported: SyntaxError: expected ':'", "own.py:1:8", "correct the file"),
        ("own.py", "\0", "cannot be imported: ", "own.py:1:1", "correct the file"),
        (
            "own.py",
            "raise SystemExit(3)",
            "cannot be imported: SystemExit: 3",
            "own.py:1:1",
            "put what ends the program",
        ),
        (
            "own.py",
            "import beside",
            "No module named 'beside'",
            "own.py:1:1",
            "put what it needs of `beside.py` into it",
        ),
        (
            "own.py",
            "import nowhere_at_all",
            "No module named 'nowhere_at_all'",
            "own.py:1:1",
            "install `nowhere_at_all`",
        ),
        ("own-code.py", OWN, "a plug-in is called as a module of Python is, got `own-code.py`", "", "`own_code.py`"),
        ("own.txt", OWN, "a plug-in is called as a module of Python is, got `own.txt`", "", "`own.py`"),
        ("own.py", None, "does not exist", "", "check the path"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_with_its_line(
    tmp_path: Path, name: str, content: str | None, message: str, place: str, help: str
) -> None:
    (tmp_path / "beside.py").touch()
    if content is not None:
        (tmp_path / name).write_text(content)
    found = refused(tmp_path / name)
    assert message in found[0] and found[1] == place and help in found[2]


def test_a_folder_and_an_empty_name_are_no_files(tmp_path: Path) -> None:
    assert refused(tmp_path)[0] == f"the plug-in `{tmp_path}` is a folder"
    with pytest.raises(ConfigError, match="`--plugin` names no file"):
        load([""])
    with pytest.raises(ConfigError, match="`plugin` is a file or a list of files, got `5`"):
        load(5)  # type: ignore[arg-type]


def test_two_plug_ins_must_not_have_the_same_names(tmp_path: Path) -> None:
    for name in ("a/own.py", "b/own.py", "other.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(OWN + f"# {name}")
    with pytest.raises(ConfigError, match="two plug-ins are called `own.py`"):
        load([tmp_path / "a/own.py", tmp_path / "b/own.py"])
    with pytest.raises(ConfigError, match="`own.py` has a layer `Own` too"):
        load([tmp_path / "a/own.py", tmp_path / "other.py"])


def test_what_is_printed_while_it_is_imported_goes_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.py").write_text(OWN + "print('hello')")
    load(tmp_path / "own.py")
    assert capsys.readouterr() == ("", "hello\n")


def test_an_error_of_own_code_names_its_line_and_another_error_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN + "    def go(self): return self.nothing\n")
    raised = pytest.raises(NNTrainError, match="own code has raised AttributeError: 'Own' object")
    with raised as caught, used(tmp_path / "own.py"):
        plugins.in_use()[0].module.Own().go()
    assert str(caught.value.problems[0].span).endswith("own.py:5:5") and caught.value.exit_code == 1
    with pytest.raises(KeyError), used(tmp_path / "own.py"):
        raise KeyError("of nntrain")
