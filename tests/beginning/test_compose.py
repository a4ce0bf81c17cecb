from nntrain.beginning.compose import config_text, wrapped
from nntrain.beginning.facts import Draft, Facts
from nntrain.config.load import from_document
from nntrain.document import yaml_file

DRAFT = Draft("A model.", "- Dense: {units: 2, activation: softmax}", "\nepochs: 3  # at most\n")


def test_the_text_is_a_config_whose_values_are_those_of_the_facts() -> None:
    options = {"path": "a: b #.csv", "target": "1", "columns": {"x\ny": "drop"}}
    facts = Facts("table", {"table": options}, 9, ("no", "yes"), notes=("seen\x07",), comments={"target": "a\nb"})
    text = config_text("'a b.yaml'", facts, DRAFT)
    document = yaml_file.parse(text, "net.yaml")
    assert document.problems == ()
    assert document.tree["data"]["table"] == options
    assert document.tree["train"] == {"epochs": 3}
    assert text.splitlines()[:3] == ["# nntrain fit 'a b.yaml'", "# A model.", r"# seen\x07"]
    assert r"target: '1'  # a\nb" in text


def test_data_without_options_are_a_name() -> None:
    text = config_text("net.yaml", Facts("numbers", {"iris": {}}, 96, ("a", "b", "c")), DRAFT)
    assert "\ndata: iris\n" in text
    assert from_document(yaml_file.parse(text.replace("units: 2", "units: 3"), "net.yaml")).warnings == ()


def test_a_long_text_is_wrapped() -> None:
    assert [len(line) < 117 for line in wrapped("word\n   " * 60)] == [True, True, True]
