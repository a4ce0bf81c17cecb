from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nntrain.errors import ConfigError, MissingPackage
from nntrain.exports.formats import Format, format_of


def test_a_format_is_found_by_its_name() -> None:
    found = format_of("saved_model", None)
    assert (found.name, found.precision, found.folder("iris")) == ("saved_model", "float32", Path("iris-saved_model"))


@pytest.mark.parametrize(
    ("name", "precision", "message", "help"),
    [
        ("kera", None, "unknown format `kera`", "write `keras`"),
        ("savedmodel", None, "unknown format `savedmodel`", "write `saved_model`"),
        ("xyz", None, "unknown format `xyz`", "use `"),
        ("keras", "int8", "`keras` is written in `float32`, not in `int8`", ""),
    ],
)
def test_a_format_that_does_not_exist_is_refused(name: str, precision: Any, message: str, help: str) -> None:
    with pytest.raises(ConfigError) as caught:
        format_of(name, precision)
    problem = caught.value.problems[0]
    assert problem.message == message and problem.help.startswith(help)


@dataclass(frozen=True)
class Options(Format):
    file = "model.bin"
    packages = ("json", "no_such_package")
    extra = "onnx"


def test_a_package_that_is_missing_is_an_error_with_the_command_that_installs_it() -> None:
    with pytest.raises(MissingPackage, match="needs the package `no_such_package`") as caught:
        Options().refuse_missing()
    assert caught.value.problems[0].help.endswith("-m pip install 'nntrain[onnx]'`")


def test_the_name_of_a_file_is_not_taken_for_that_of_a_folder() -> None:
    with pytest.raises(ConfigError, match="looks like a file") as caught:
        Options().refuse_file(Path("out/iris.bin"))
    assert caught.value.problems[0].help == "write `-o out/iris`, in which `model.bin` will be"
    Options().refuse_file(Path("out/iris.v2"))


def test_a_precision_is_part_of_the_name_of_the_folder() -> None:
    assert Options("int8").folder("iris") == Path("iris-test_formats-int8")
