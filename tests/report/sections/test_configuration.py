from nntrain.report.sections.configuration import content
from nntrain.subject import read
from tests.conftest import Write
from tests.report.conftest import Page

RESOLVED = (
    "data: iris\nmodel: [Dense]\nseed: 3\ntrain: {epochs: 5, batch_size: 32, loss: MeanSquaredError, optimizer: %s}\n"
)


def test_only_what_was_not_left_to_the_defaults_is_listed(write: Write) -> None:
    run = write(resolved=RESOLVED % "{SGD: {learning_rate: 0.1}}")
    run.write("config.yaml", "data: iris\nseed: 3\ntrain: {optimizer: {SGD: {learning_rate: 0.1}}}\n")
    text = Page(content([read(run)])).text.splitlines()
    table = [line for line in text[: text.index("net/resolved.yaml")] if line]
    assert table[4:] == ["seed", "3", "0", "train.optimizer", "SGD", "Adam"] + [
        "train.optimizer.SGD.learning_rate", "0.1", "that of Keras",
    ]  # fmt: skip


def test_a_value_of_the_command_line_counts_as_written(write: Write) -> None:
    run = write(resolved=RESOLVED % "Adam", environment={"command": ["nntrain", "fit", "--set", "train.epochs=5"]})
    run.write("config.yaml", "data: iris\nseed: 0\n")
    assert "train.epochs" in Page(content([read(run)])).text
