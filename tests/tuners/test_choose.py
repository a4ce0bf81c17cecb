"""Each engine of the section `tune` has a file of its name, and each file an engine."""

from pathlib import Path

import nntrain.tuners
from nntrain.spec.base import snake_case
from nntrain.spec.tune import Engine


def test_every_engine_has_a_file_and_every_file_an_engine() -> None:
    folder = Path(nntrain.tuners.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert files == {snake_case(name) for name in Engine.members()}, "name the file as the engine, in small letters"
