import pytest

from nntrain.config import catalogue
from nntrain.config.describe import children, find, node_at
from nntrain.config.experiment import Experiment
from nntrain.config.json_schema import SECTIONS
from nntrain.config.load import validated
from nntrain.document import yaml_file
from nntrain.errors import ConfigError

MEMBERS = [(family, name) for family in catalogue.FAMILIES for name in family.members()]
BASE = {"data": "iris", "model": ["Flatten"]}


def is_valid(example: str) -> bool:
    """Whether a config with the line is one, apart from the rules between sections."""
    document = yaml_file.parse(example, "example.yaml")
    assert document.problems == ()
    validated(yaml_file.parse(yaml_file.dump({**BASE, **document.tree}), "example.yaml"))
    return True


@pytest.mark.parametrize(("family", "name"), MEMBERS, ids=[f"{family.noun} {name}" for family, name in MEMBERS])
def test_every_name_has_an_example_that_is_valid(family: type, name: str) -> None:
    found = [one for one in find(name) if one.title.startswith(f"{name}, a")]
    assert any(one.title.endswith(f" {family.noun}") for one in found)
    assert all(is_valid(one.facts["example"]) for one in found)


@pytest.mark.parametrize("section", [Experiment, *SECTIONS], ids=lambda section: section.__name__)
def test_every_option_of_a_section_has_an_example_that_is_valid(section: type) -> None:
    for option in section.model_fields:
        assert all(is_valid(one.facts["example"]) for one in find(option) if option not in ("index", "count"))


def test_the_required_options_of_a_name_come_first() -> None:
    [found] = find("Dropout")
    assert [option[0] for option in found.options][:2] == ["rate", "noise_shape"]
    assert [option[-1] for option in found.options].index("required") == 0


@pytest.mark.parametrize("path", ["train.optimizer.Adam.beta_1", "train.optimizer.adam.beta_1", "Adam.beta_1"])
def test_a_path_may_begin_at_the_config_or_at_a_name(path: str) -> None:
    [found] = find(path)
    assert found.meaning == "The decay of the moving mean of the gradients."
    assert (found.facts["values"], found.facts["default"]) == ("a number from 0 below 1", "0.9")


@pytest.mark.parametrize("path", ["model.Dense.units", "model.2.Dense.units", "Dense.units"])
def test_a_position_in_a_list_may_be_left_out(path: str) -> None:
    [found] = find(path)
    assert found.facts["example"] == "model: [{Dense: {units: 3}}]"


def test_a_name_of_two_families_is_found_in_both() -> None:
    assert [one.title for one in find("mse")] == ["MeanSquaredError, a loss", "MeanSquaredError, a metric"]


def test_an_option_is_shown_once_for_each_thing_that_it_means() -> None:
    found = {one.facts["an option of"]: one.meaning for one in find("momentum")}
    assert list(found) == ["`BatchNormalization`", "`SGD`, `RMSprop`"]


def test_the_paper_is_that_of_the_docstring() -> None:
    assert find("PeriodicEmbedding")[0].facts["paper"] == "PLR, PBLD: Gorishniy et al. 2022"
    assert "paper" not in find("Flatten")[0].facts


@pytest.mark.parametrize(
    ("name", "message", "help"),
    [
        ("layer", "unknown name `layer`", "write `nntrain list layers`"),
        ("Optimizers", "unknown name `Optimizers`", "write `nntrain list optimizers`"),
        ("Dropuot", "unknown name `Dropuot`", "write `nntrain list Dropout`"),
        ("onnx", "unknown name `onnx`", "it is a format of `nntrain export`: `nntrain export RUN --to onnx`"),
        ("bach_size", "unknown name `bach_size`", "write `nntrain list batch_size`"),
        ("Input", "unknown name `Input`", "in a config, remove it; the data determine the shape of the input"),
        ("train.epoch", "`train` has no `epoch`", "write `nntrain list train.epochs`"),
        ("train.optimizer.Adma", "`train.optimizer` has no `Adma`", "write `nntrain list train.optimizer.Adam`"),
        ("Adam.beta1", "`Adam` has no `beta1`", "write `nntrain list Adam.beta_1`"),
        ("trian.epochs", "the config has no `trian`", "write `nntrain list train`"),
        ("train.epochs.x", "`train.epochs` holds a value; it has no `x`", "write `nntrain list train.epochs`"),
    ],
)
def test_an_unknown_name_or_path_gets_the_nearest(name: str, message: str, help: str) -> None:
    with pytest.raises(ConfigError) as caught:
        find(name)
    assert (caught.value.problems[0].message, caught.value.problems[0].help) == (message, help)


def test_a_word_of_another_world_gets_the_kinds() -> None:
    with pytest.raises(ConfigError) as caught:
        find("xyzzy")
    assert caught.value.problems[0].help.startswith("the kinds are `data`, ")


def test_the_children_of_a_node_are_its_members_or_options() -> None:
    assert node_at(["train", "epochs"]) is None
    assert "Dense" in children(node_at(["model", "0"]) or Experiment)
    assert "beta_1" in children(node_at(["train", "optimizer", "Adam"]) or Experiment)
