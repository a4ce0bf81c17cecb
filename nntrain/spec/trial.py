"""The config of a trial: the searched config with values put at their paths."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nntrain import yamlfile
from nntrain.spec.base import to_tree
from nntrain.spec.load import Config, from_document, put
from nntrain.spec.space import Values
from nntrain.yamlfile import Document


def with_values(config: Config, values: Values, extra: Mapping[str, Any] = {}) -> Config:
    """The config with every value put, what is above before what is below, then `extra`; the section `tune` is dropped.

    Raises ConfigError where the values do not make a valid config.
    """
    document = without_tune(config.document)
    for path in sorted(values, key=lambda path: path.count(".")):
        document = put(document, assignment(path, values[path]))
    for path, value in extra.items():
        document = put(document, assignment(path, value))
    return from_document(document)


def without_tune(document: Document) -> Document:
    """The document less its section `tune`."""
    return replace(document, tree={name: part for name, part in document.tree.items() if name != "tune"})


def assignment(path: str, value: Any) -> str:
    """`path=value`, as `--set` takes it."""
    return f"{path}={yamlfile.inline(value)}"


def as_yaml(config: Config) -> str:
    """The experiment as YAML that runs from any folder: every default of ours written out, paths of files absolute."""
    return yamlfile.dump(to_tree(config.experiment))
