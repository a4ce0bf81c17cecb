import re
import tomllib
from pathlib import Path

import pytest

from nntrain.config.catalogue import kinds, with_tables
from nntrain.config.section import Section
from nntrain.config.train import Train
from nntrain.config.tune import Tune

PAGE = Path(__file__).parent.parent / "docs" / "reference.md"


def test_the_tables_of_the_reference_are_those_of_the_code() -> None:
    text = PAGE.read_text()
    assert text == with_tables(text), "docs/reference.md is behind the code: run scripts/reference"


def test_every_kind_has_a_table_in_the_reference() -> None:
    text = PAGE.read_text()
    missing = [kind for kind in kinds() if f"<!-- {kind} -->" not in text]
    assert not missing, f"docs/reference.md needs a line `<!-- kind -->` and a line `<!-- end -->` for {missing}"


@pytest.mark.parametrize("section", [Train, Tune])
def test_every_option_of_a_section_has_a_row_in_the_reference(section: type[Section]) -> None:
    text = PAGE.read_text()
    missing = [name for name in section.model_fields if f"| `{name}` |" not in text]
    assert not missing, f"docs/reference.md needs a row for {missing} in the table of `{section.__name__.lower()}`"


def test_optional_packages_are_the_extras_of_the_project() -> None:
    project = tomllib.loads((PAGE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = PAGE.read_text(encoding="utf-8").partition("### Optional packages")[2]
    named = text.partition("is an extra: ")[2].partition(".")[0]
    assert set(re.findall(r"`(\w+)`", named)) == project["optional-dependencies"].keys() - {"dev"}
