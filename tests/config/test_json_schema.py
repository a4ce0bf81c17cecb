"""The JSON Schema refuses what `check` refuses: the quick form of `scripts/schema-check`."""

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nntrain.config import catalogue
from nntrain.config.experiment import Experiment
from nntrain.config.json_schema import SECTIONS, of_option, of_value, schema, text
from nntrain.config.section import Section
from nntrain.document import yaml_file

REPOSITORY = Path(__file__).parents[2]
sys.path.append(str(REPOSITORY / "scripts" / "schema_suite"))
import compare  # noqa: E402
from verdicts import validator, verdicts  # noqa: E402

MEMBERS = [member for family in catalogue.FAMILIES for member in family.members().values()]
SCHEMA = schema()


def parts(found: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a schema."""
    if isinstance(found, dict):
        yield found
    for part in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from parts(part)


def refuses(config: str) -> bool:
    return bool(verdicts(yaml_file.parse(config, "config.yaml")).by_schema)


def test_it_is_a_schema_of_its_dialect_and_all_its_references_exist() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    references = {part["$ref"] for part in parts(SCHEMA) if isinstance(part.get("$ref"), str)}
    assert {name.removeprefix("#/$defs/") for name in references} == set(SCHEMA["$defs"])


def test_the_committed_schema_is_that_of_the_code() -> None:
    committed = (REPOSITORY / "docs" / "nntrain.schema.json").read_text(encoding="utf-8")
    assert committed == text(), "docs/nntrain.schema.json is behind the code: run scripts/reference"


@pytest.mark.parametrize("section", [Experiment, *SECTIONS, *MEMBERS], ids=lambda section: section.definition())
def test_every_option_has_a_sentence_a_kind_and_a_valid_default(section: type[Section]) -> None:
    for name, field in section.model_fields.items():
        found = of_option(section, name)
        help = f'add `"{name}": "..."` to nntrain/config/meanings.py, or `Field(description="...")`'
        assert found["description"].endswith("."), f"`{section.definition()}.{name}` has no sentence: {help}"
        assert of_value(field), f"`{section.definition()}.{name}` takes anything: add WithJsonSchema to its type"
        if "default" in found:
            assert validator().evolve(schema={**found, "$defs": SCHEMA["$defs"]}).is_valid(found["default"])


def test_a_validator_without_a_schema_is_an_error() -> None:
    from typing import Annotated

    from pydantic import PlainValidator, create_model
    from pydantic.errors import PydanticInvalidForJsonSchema

    kind = create_model("Opaque", __base__=Section, size=(Annotated[int, PlainValidator(int)], 1))
    with pytest.raises(PydanticInvalidForJsonSchema):
        of_value(kind.model_fields["size"])


@pytest.mark.parametrize("configs", [compare.shipped, compare.of_messages])
def test_it_agrees_with_check_on_all_configs_of_the_project(configs: Any) -> None:
    found = configs()
    assert len(found) >= 60
    wrong = {name: found for name, document in found.items() if not (found := verdicts(document)).agree}
    assert wrong == {}


def test_it_agrees_with_check_on_configs_that_are_changed_at_random() -> None:
    trees = [document.tree for document in compare.of_messages().values()]
    found = [verdicts(document) for document in islice(compare.changed(7, trees), 150)]
    assert [one for one in found if not one.agree] == []
    assert {bool(one.by_check) for one in found} == {True, False}


@pytest.mark.parametrize(
    "layer",
    [
        "Flatten",
        "flatten",
        "Flatten:",
        "Dense: 3",
        "dense: {units: 3}",
        "Dropout: 0.2",
        "MaxPool2D: 2",
        "Rescaling: 1/255",
    ],
)
def test_the_short_notation_is_accepted(layer: str) -> None:
    assert not refuses(f"data: iris\nmodel:\n  - {layer}\n")


@pytest.mark.parametrize(
    "layer",
    [
        "Flaten",
        "Dense",
        "Dense: 0",
        "Dense: {unit: 3}",
        "Dense: '3'",
        "Dropout: 1.0",
        "Dense: null",
        "{Dense: 3, Flatten: {}}",
        "3",
    ],
)
def test_an_unknown_name_key_type_or_bound_is_refused(layer: str) -> None:
    assert refuses(f"data: iris\nmodel:\n  - {layer}\n")
