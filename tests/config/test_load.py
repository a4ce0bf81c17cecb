from pathlib import Path

import pytest

from nntrain.config.data_schema import Schema
from nntrain.config.load import from_document, load, put
from nntrain.config.named import to_tree
from nntrain.document import yaml_file
from nntrain.errors import ConfigError

CONFIG = "data: iris\nmodel:\n  - Dense: 8\n  - Dropout: 0.5\n  - Dense: {units: 3, activation: softmax}\n"


def config(tmp_path: Path, text: str = CONFIG) -> Path:
    file = tmp_path / "c.yaml"
    file.write_text(text)
    return file


def test_assignments_are_applied_in_their_order(tmp_path: Path) -> None:
    loaded = load(config(tmp_path), ["train.epochs=3", "train.optimizer=sgd", "train.epochs=4"])
    assert loaded.experiment.train.epochs == 4
    assert to_tree(loaded.experiment.train.optimizer) == "SGD"


def test_the_seed_of_the_command_line_comes_last(tmp_path: Path) -> None:
    assert load(config(tmp_path), ["seed=3"]).experiment.seed == 3
    assert load(config(tmp_path), ["seed=3"], seed=5).experiment.seed == 5
    assert load(config(tmp_path), seed=0).experiment.seed == 0


def test_a_bare_scalar_takes_more_options_from_the_command_line(tmp_path: Path) -> None:
    loaded = load(config(tmp_path), ["model.1.Dropout.seed=3", "model.0.Dense.activation=relu"])
    assert to_tree(loaded.experiment.model[:2]) == [
        {"Dense": {"units": 8, "activation": "relu"}},
        {"Dropout": {"rate": 0.5, "seed": 3}},
    ]


def test_every_path_that_an_error_prints_can_be_set(tmp_path: Path) -> None:
    file = config(tmp_path, CONFIG.replace("0.5", "5") + "train: {optimizer: {sgd: {momentum: 7}}}\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    paths = [".".join(map(str, problem.path)) for problem in caught.value.problems]
    assert paths == ["model.1.Dropout.rate", "train.optimizer.sgd.momentum"]
    assert load(file, [f"{path}=0.5" for path in paths]).warnings == ()


def test_a_name_in_capitals_or_not_is_one_name_for_the_command_line(tmp_path: Path) -> None:
    file = config(tmp_path, CONFIG + "train: {optimizer: {sgd: {momentum: 0.7}}}\n")
    loaded = load(file, ["train.optimizer.SGD.nesterov=true"])
    assert to_tree(loaded.experiment.train.optimizer) == {"SGD": {"momentum": 0.7, "nesterov": True}}


def test_a_data_source_with_a_bare_kind_takes_a_fold() -> None:
    document = yaml_file.parse("data: {toy_2d: moons}\nmodel: [Flatten]\n", "c.yaml")
    source = from_document(put(document, "data.toy_2d.fold", {"index": 1, "count": 5})).experiment.data
    assert to_tree(source.fold) == {"index": 1, "count": 5}
    assert to_tree(source)["toy_2d"]["kind"] == "moons"


def test_errors_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "model: [Dens]\ntrain: {epochs: 0, steps: x}\nseed: -1\ndata: irs\n"
    with pytest.raises(ConfigError) as caught:
        load(config(tmp_path, text))
    places = [(problem.span.line, problem.span.column) for problem in caught.value.problems if problem.span]
    assert len(places) == 5
    assert places == sorted(places)


def test_an_unknown_key_hides_no_other_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(config(tmp_path, "data: irs\nmodel: [Dens]\nextra: 1\n"))
    assert len(caught.value.problems) == 3


def test_what_only_the_data_can_show_is_checked_when_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,b\n")
    text = "data: {table: {path: d.csv, target: b}}\nmodel: [{Dense: {units: 4, activation: softmax}}]\n"
    loaded = load(config(tmp_path, text))
    assert loaded.known is None
    assert loaded.resolve(Schema((1,), tuple("0123"))).output.units == 4
    with pytest.raises(ConfigError, match="the output layer has 4 units, but the data have 3 classes"):
        loaded.resolve(Schema((1,), tuple("012")))


def test_a_known_schema_is_resolved_once(tmp_path: Path) -> None:
    loaded = load(config(tmp_path))
    schema = loaded.experiment.data.known_schema
    assert schema is not None
    assert loaded.resolve(schema) is loaded.known


def test_a_patience_that_only_a_quick_try_makes_too_long_is_a_warning(tmp_path: Path) -> None:
    file = config(tmp_path, CONFIG + "train: {epochs: 50, callbacks: [{EarlyStopping: 10}]}\n")
    assert load(file).warnings == ()
    assert [str(w).splitlines()[0] for w in load(file, ["train.epochs=1"]).warnings] == [
        "warning: `patience: 10` can never take effect in 1 epoch"
    ]
    with pytest.raises(ConfigError, match="can never take effect in 50 epochs"):
        load(file, ["train.callbacks.0.EarlyStopping.patience=50"])


def test_the_section_for_the_tuner_is_left_alone(tmp_path: Path) -> None:
    loaded = load(config(tmp_path, CONFIG + "tune: {engine: anything, space: [1, {a: b}]}\n"))
    assert loaded.experiment.tune == {"engine": "anything", "space": [1, {"a": "b"}]}


@pytest.mark.parametrize(
    ("above", "item"),
    [
        ("", "key%d: 1"),
        ("train:\n", "  key%d: 1"),
        ("train:\n  class_weight:\n", "    key%d: 1"),
        ("train:\n", "  epochs: %d"),
    ],
)
def test_thousands_of_errors_are_the_first_twenty_and_a_count(above: str, item: str) -> None:
    lines = "\n".join(item % number for number in range(3000))
    with pytest.raises(ConfigError) as caught:
        from_document(yaml_file.parse(f"{CONFIG}{above}{lines}\n", "c.yaml"))
    shown, _, more = str(caught.value).rpartition("\n\n")
    assert more in ("2,980 more errors", "2,979 more errors")
    assert shown.count("error: ") == shown.count(" help: ") == 20


@pytest.mark.parametrize("value", ["[" + 9_000 * "1, " + "]", "k" * 900_000])
def test_a_huge_value_is_a_short_message(value: str) -> None:
    for text in (f"data: {value}", f"{CONFIG}seed: {value}", f"{CONFIG}train: {{monitor: {value}}}"):
        with pytest.raises(ConfigError) as caught:
            from_document(yaml_file.parse(f"{text}\n", "c.yaml"))
        assert len(str(caught.value)) < 20_000


def test_a_model_has_at_most_three_thousand_items() -> None:
    with pytest.raises(ConfigError, match="`model` must be a list of at most 3,000 items"):
        from_document(yaml_file.parse("data: iris\nmodel:\n" + 3001 * "- Dense: 3\n", "c.yaml"))


def test_a_table_in_place_of_a_config_gets_the_command_that_writes_one(tmp_path: Path) -> None:
    (tmp_path / "my rows.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ConfigError, match="is a table, not a config") as raised:
        load(tmp_path / "my rows.csv")
    assert raised.value.problems[0].help.startswith(f"run `nntrain init '{tmp_path / 'my rows.csv'}'`")
