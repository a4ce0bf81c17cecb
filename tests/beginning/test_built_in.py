import pytest

from nntrain.beginning.built_in import CHOICES, look
from nntrain.config.data import Source


@pytest.mark.parametrize("name", CHOICES)
def test_what_is_said_about_built_in_data_is_what_the_source_knows(name: str) -> None:
    facts = look(name)
    [(source, options)] = facts.data.items()
    schema = Source.parse({source: options} if options else source).known_schema
    assert schema is not None
    assert len(schema.classes) == facts.outputs
    assert facts.kind != "images" or schema.shape[:2] == facts.size
