from pathlib import Path

import pytest

from nntrain import extensions
from nntrain.config.data import Source
from nntrain.data import sources


def test_a_folder_is_the_list_of_what_it_offers() -> None:
    files = {path.stem for path in Path(sources.__path__[0]).glob("*.py") if not path.name.startswith("_")}
    assert extensions.names("data.sources") == tuple(sorted(files))
    assert "iris" in files


def test_every_data_source_has_options_with_a_line_for_the_list_and_a_function_that_loads() -> None:
    for name in extensions.names("data.sources"):
        module = extensions.load("data.sources", name)
        assert issubclass(module.Options, Source), name
        assert module.Options.called() == name
        assert module.Options.__doc__, (
            f"nntrain/data/sources/{name}.py: Options has no docstring for `nntrain list data`"
        )
        assert callable(module.load), name


def test_every_plot_has_the_function_that_draws_it() -> None:
    for name in extensions.names("plots"):
        assert callable(extensions.load("plots", name).draw), name


def test_a_name_that_is_not_offered_cannot_be_loaded() -> None:
    with pytest.raises(ModuleNotFoundError):
        extensions.load("data.sources", "nothing_of_this_name")
