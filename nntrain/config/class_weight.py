"""The option `train.class_weight`: which class each of its keys names."""

from collections.abc import Iterator, Mapping, Sequence

from nntrain.config.messages import listed, shown
from nntrain.errors import Path, Problem


def problems(weights: Mapping[str, float], classes: Sequence[str], path: Path) -> Iterator[Problem]:
    """Yield a problem for each key that names no class, or one that another key names too."""
    found: dict[int, str] = {}
    if weights and not any(weights.values()):
        yield Problem("every class has the weight 0, so nothing is learned", path, "give one of them a larger weight")
    for key in weights:
        index = class_index(key, classes)
        if index is None:
            help = f"the classes are {listed(classes)}"
            help += ", and a number is the name of a class, not its index" if key.isdecimal() else ""
            yield Problem(f"unknown class {shown(key)}", (*path, key), help, on_key=True)
        elif index in found:
            message = f"{shown(found[index])} and {shown(key)} are the same class"
            yield Problem(message, (*path, key), "remove one of the two", on_key=True)
        else:
            found[index] = key


def class_index(key: str, classes: Sequence[str]) -> int | None:
    """Return the index of the class that a key names, by its name or its index; None where there is no such class.

    Where any class is called like an index, every key is a name: with the classes 1, 2 and 3, `1` is the first.
    """
    if key in classes:
        return classes.index(key)
    indices = [str(index) for index in range(len(classes))]
    return indices.index(key) if key in indices and not set(indices) & set(classes) else None
