"""Arguments of Python become what the commands take."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.api import arguments
from nntrain.config.load import from_document
from nntrain.errors import ConfigError

TREE: dict[str, Any] = {
    "data": "iris",
    "model": ({"Dense": {"units": np.int64(3), "activation": "softmax"}},),
    "train": {"epochs": 2},
}


def test_a_dict_is_a_config_with_its_text() -> None:
    config = from_document(arguments.document(TREE, {"train.epochs": np.int32(5), "train.optimizer": "SGD"}, 7))
    assert (config.experiment.train.epochs, config.experiment.seed) == (5, 7)
    assert config.document.data.decode().startswith("data: iris\nmodel:\n- Dense: {units: 3, activation: softmax}")
    assert TREE["train"] == {"epochs": 2}  # as it was


def test_an_error_of_a_dict_has_a_path_and_no_file() -> None:
    with pytest.raises(ConfigError) as raised:
        from_document(arguments.document({**TREE, "train": {"epoch": 2}}, None, None))
    assert str(raised.value) == ("error: `train` has no option `epoch`\n  --> train.epoch\n help: write `epochs`")


def test_an_error_of_a_file_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("data: iris\nmodel: [Dense: 3]\ntrain: {epoch: 2}\n")
    with pytest.raises(ConfigError) as raised:
        from_document(arguments.document(file, None, None))
    assert f"--> {file}:3:9  (train.epoch)" in str(raised.value)


def test_an_error_of_a_value_that_was_set_names_it() -> None:
    with pytest.raises(ConfigError, match="`epochs`") as raised:
        from_document(arguments.document(TREE, {"train.epochs": 0}, None))
    assert "--> --set train.epochs" in str(raised.value)


def test_what_a_config_cannot_hold_is_an_error_with_its_path() -> None:
    with pytest.raises(ConfigError) as raised:
        arguments.document({**TREE, "train": {"loss": [len]}}, None, None)
    assert str(raised.value) == (
        "error: a config cannot hold an object of the type `builtin_function_or_method`\n"
        "  --> train.loss.0\n help: give numbers, texts, lists and dicts"
    )


@pytest.mark.parametrize(
    ("call", "message", "help"),
    [
        (
            lambda: arguments.document(5, None, None),
            "`config` is the path of a YAML file or a dict, got `5`",
            "give the path of a YAML file or a dict",
        ),
        (
            lambda: arguments.document(["x" * 100], None, None),
            "`config` is the path of a YAML file or a dict, got an object of the type `list`",
            "give the path of a YAML file or a dict",
        ),
        (
            lambda: arguments.assignments(5),
            "`set` takes values by their paths, got `5`",
            'write `set={"train.epochs": 20}` or `set=["train.epochs=20"]`',
        ),
        (
            lambda: arguments.assignments([{"a": 1}]),
            "`set` takes values by their paths, got `{'a': 1}`",
            'write `set={"train.epochs": 20}` or `set=["train.epochs=20"]`',
        ),
        (lambda: arguments.whole("folds", "3"), "`folds` is a whole number, got `'3'`", "write `folds=5`"),
        (lambda: arguments.whole("folds", True), "`folds` is a whole number, got `True`", "write `folds=5`"),
        (lambda: arguments.folder(5), "`runs_dir` is a folder, got `5`", "give a folder"),  # type: ignore[arg-type]
        (lambda: arguments.count("top", 0, 1), "`top` is 1 or more, got `0`", "write `top=1`"),
        (lambda: arguments.count("top", 1.5, 1), "`top` is a whole number, got `1.5`", "write `top=5`"),  # type: ignore[arg-type]
        (lambda: arguments.text_of("name", 5), "`name` is a text, got `5`", "write `name='5'`"),
    ],
)
def test_an_argument_of_another_type_is_an_error_that_says_what_to_write(call: Any, message: str, help: str) -> None:
    with pytest.raises(ConfigError) as raised:
        call()
    assert (raised.value.problems[0].message, raised.value.problems[0].help) == (message, help)


def test_numbers_of_numpy_are_numbers() -> None:
    assert type(arguments.whole("folds", np.int64(3))) is int
    assert arguments.seeds_text(np.int64(3)) == "3"


@pytest.mark.parametrize(
    ("seeds", "text"),
    [(None, None), (1.5, "1.5"), (3, "3"), ([7], "7,"), ((1, 2), "1,2,"), (range(2), "0,1,"), ("4", "4")],
)
def test_seeds_are_what_the_option_takes(seeds: Any, text: str | None) -> None:
    assert arguments.seeds_text(seeds) == text


def test_texts_and_paths_are_kept() -> None:
    assert arguments.assignments(["a=1"]) == arguments.assignments("a=1") == arguments.assignments({"a": 1}) == ("a=1",)
    assert arguments.plain({1: Path("x"), "y": np.array([1.5])}) == {"1": "x", "y": [1.5]}
