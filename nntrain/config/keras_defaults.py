"""The defaults of the options that go to Keras, from its signatures: to be looked up, as they are not passed on.

`scripts/reference` writes the file beside this one (`nntrain.model.signatures`); a test compares it with Keras.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nntrain.config.section import Section

FILE = Path(__file__).with_suffix(".json")


def of(section: type[Section]) -> Mapping[str, Any]:
    """Return the default of each option that has one of Keras's; None is a default, such as of `clipnorm`."""
    return _every().get(section.definition(), {})


@cache
def _every() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def as_text(defaults: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the content of the file: a line for each member of a family."""
    lines = (f" {json.dumps(name)}: {json.dumps(options)}" for name, options in defaults.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"
