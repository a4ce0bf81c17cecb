"""An assignment that does not fit the config gets the line that works."""

import shlex
from pathlib import Path

import pytest

from nntrain.config import load
from nntrain.config.search.load import load_whole
from nntrain.document import yaml_file
from nntrain.errors import ConfigError

PLAIN = """data: iris
model:
  - Dropout: 0.2
  - Dense: {units: 8, activation: relu}
  - Dense: {units: 3, activation: softmax}
train: {epochs: 2}
"""
ADAM = PLAIN.replace(
    "epochs: 2", "epochs: 2, optimizer: {Adam: {learning_rate: 0.01, beta_1: 0.8}}, callbacks: [{StopAfter: 60}]"
)


def assigned(config: str, *texts: str) -> load.Config:
    document = yaml_file.parse(config, "c.yaml")
    for text in texts:
        document = load._assigned(document, text)
    return load.from_document(document)


def helps(config: str, *texts: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        assigned(config, *texts)
    return [problem.help for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("config", "text", "line"),
    [
        (ADAM, "train.optimizer.SGD.momentum=0.9", "train.optimizer={SGD: {momentum: 0.9}}"),
        (ADAM, "train.optimizer.lr=0.1", "train.optimizer.Adam.learning_rate=0.1"),
        (PLAIN, "train.optimizer.lr=0.1", "train.optimizer.Adam.learning_rate=0.1"),
        (ADAM, "train.optimizer.learning_rate=0.1", "train.optimizer.Adam.learning_rate=0.1"),
        (ADAM, "train.optimizer.adam.lr=0.1", "train.optimizer.Adam.learning_rate=0.1"),
        (PLAIN, "train.lr=0.1", "train.optimizer.Adam.learning_rate=0.1"),
        (PLAIN, "lr=0.1", "train.optimizer.Adam.learning_rate=0.1"),
        (PLAIN, "epochs=5", "train.epochs=5"),
        (PLAIN, "--epochs=5", "train.epochs=5"),
        (PLAIN, "train:epochs=5", "train.epochs=5"),
        (PLAIN, "train.epochs==5", "train.epochs=5"),
        (PLAIN, "batch-size=5", "train.batch_size=5"),
        (PLAIN, "model.1.units=5", "model.1.Dense.units=5"),
        (PLAIN, "model.1.Dense.unit=5", "model.1.Dense.units=5"),
        (PLAIN, "model.units=5", "model.1.Dense.units=5"),
        (PLAIN, "model.Dense.units=5", "model.1.Dense.units=5"),
        (PLAIN, "model[1].Dense.units=5", "model.1.Dense.units=5"),
        (PLAIN, "model.-2.Dense.units=5", "model.1.Dense.units=5"),
        (PLAIN, "model.0.units=5", "model.1.Dense.units=5"),
        (PLAIN, "model.2.rate=0.5", "model.0.Dropout.rate=0.5"),
        (PLAIN, "dropout=0.1", "model.0.Dropout=0.1"),
        (PLAIN, "model.1.LeakyReLU.negative_slope=0.1", "model.1={LeakyReLU: {negative_slope: 0.1}}"),
        (PLAIN, "data.validation=0.1", "data.iris.validation=0.1"),
        (PLAIN, "model=Dense: 3", "model=[{Dense: 3}]"),
        (PLAIN, "train.metrics=accuracy", "train.metrics=[accuracy]"),
        (PLAIN, "train.metrics.0=accuracy", "train.metrics=[accuracy]"),
        (PLAIN, "train.callbacks.StopAfter=9", "train.callbacks=[{StopAfter: 9}]"),
        (PLAIN, "train.callbacks.0.StopAfter.seconds=9", "train.callbacks=[{StopAfter: {seconds: 9}}]"),
        (
            ADAM,
            "train.callbacks.EarlyStopping.patience=1",
            "train.callbacks=[{StopAfter: 60}, {EarlyStopping: {patience: 1}}]",
        ),
    ],
)
def test_a_path_that_is_not_there_gets_the_line_that_works(config: str, text: str, line: str) -> None:
    assert helps(config, text) == [f"write `--set {shlex.quote(line)}`"]
    assert assigned(config, line)


@pytest.mark.parametrize("text", ["tune.trial=5", "trials=5", "tune:trials=5"])
def test_the_section_of_a_search_has_its_lines_too(text: str, tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(PLAIN + "tune: {space: {train.batch_size: {choice: [16, 32]}}}\n")
    with pytest.raises(ConfigError) as caught:
        load_whole(file, [text])
    assert [problem.help for problem in caught.value.problems] == ["write `--set tune.trials=5`"]
    assert load_whole(file, ["tune.trials=5"])


def test_several_lines_that_work_are_all_offered() -> None:
    two = PLAIN.replace("  - Dropout: 0.2\n", "  - Dropout: 0.2\n  - Dropout: 0.3\n")
    assert helps(two, "model.rate=0.1") == [
        "write `--set model.0.Dropout.rate=0.1` or `--set model.1.Dropout.rate=0.1`"
    ]


def test_a_line_is_offered_beside_other_assignments_that_fit() -> None:
    assert helps(PLAIN, "seed=3", "epochs=5", "train.batch_size=4") == ["write `--set train.epochs=5`"]


def test_what_no_line_can_mend_keeps_its_help() -> None:
    assert helps(PLAIN, "train.epochs=x") == ["write a whole number"]
    assert helps(PLAIN, "model.9.Dense.units=3") == ["write a position from `0` to `2`"]


def test_where_no_line_works_the_layers_that_have_the_option_are_named() -> None:
    output = PLAIN.replace("  - Dense: {units: 8, activation: relu}\n", "")
    assert helps(output, "model.0.units=5") == ["`units` is an option of `model.1.Dense`"]
    assert helps(PLAIN, "model.0.units=x") == ["`units` is an option of `model.1.Dense`, `model.2.Dense`"]
    assert "the options of `Dense` are" in helps(PLAIN, "model.1.momentum=5")[0]


@pytest.mark.parametrize(
    ("text", "dropped", "help"),
    [
        ("model.1.Dense=5", "activation: relu", "write `--set model.1.Dense.units=5` to keep what it drops"),
        ("model.1={Dense: 5}", "activation: relu", "write `--set model.1.Dense.units=5` to keep what it drops"),
        (
            "train.optimizer.Adam={learning_rate: 0.1}",
            "beta_1: 0.8",
            "write `--set train.optimizer.Adam.learning_rate=0.1` to keep what it drops",
        ),
    ],
)
def test_a_value_that_drops_options_says_so(text: str, dropped: str, help: str) -> None:
    (warning,) = assigned(ADAM, text).warnings
    assert (warning.severity, warning.message, warning.help) == (
        "warning",
        f"`--set {text}` drops `{dropped}`",
        help,
    )


def test_a_test_split_that_is_held_instead_of_taken_says_so() -> None:
    config = PLAIN.replace("data: iris", "data: {iris: {test: 0.3}}")
    (warning,) = assigned(config, "data.iris.test=hold").warnings
    assert warning.message == "`--set data.iris.test=hold` drops `test: 0.3`"
    assert warning.help == "write `--set data.iris.hold_out_test=true` to keep what it drops"
    assert assigned(config, "data.iris.test=0.2").warnings == ()
    assert assigned(PLAIN.replace("data: iris", "data: {iris: {split_seed: 3}}"), "data.iris.test=hold").warnings == ()


def test_another_thing_or_all_the_options_in_place_drop_nothing() -> None:
    for text in ("train.optimizer=SGD", "model.1={Dense: {units: 5, activation: relu}}", "model.0=Flatten"):
        assert assigned(ADAM, text).warnings == ()
