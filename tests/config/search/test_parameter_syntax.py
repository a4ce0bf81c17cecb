"""How a parameter of a space is written."""

from nntrain.config.named import Named
from nntrain.config.search.parameter_syntax import KINDS
from nntrain.config.section import Section


def test_nothing_in_a_config_has_an_option_of_the_name_of_a_form() -> None:
    named = [member for family in Named.__subclasses__() for member in family.members().values()]
    sections: list[type[Section]] = [*named, *Section.__subclasses__()]
    assert not [kind for kind in sections if set(kind.model_fields) & set(KINDS)]
