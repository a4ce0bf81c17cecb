"""nntrain: train Keras Sequential networks from one YAML file, by its commands or from Python.

    import nntrain

    run = nntrain.fit("configs/iris.yaml", set={"train.epochs": 20})
    run.predict("flowers.csv")

`fit`, `resume`, `load`, `tune`, `runs` and what they return are imported when they are first used, so that the import
of nntrain is as light as that of a module of Python.
"""

from importlib import import_module

TYPE_CHECKING = False  # not from `typing`: with `-m` a module of that name in the working folder would come first

if TYPE_CHECKING:
    from nntrain.api.results import Group, Search, load
    from nntrain.api.resuming import resume
    from nntrain.api.run import Run
    from nntrain.api.starting import fit, tune
    from nntrain.api.tables import runs

__version__ = "0.1.0"

__all__ = ["Group", "Run", "Search", "__version__", "fit", "load", "resume", "runs", "tune"]

_HOMES = {
    "Group": "nntrain.api.results",
    "Run": "nntrain.api.run",
    "Search": "nntrain.api.results",
    "fit": "nntrain.api.starting",
    "load": "nntrain.api.results",
    "resume": "nntrain.api.resuming",
    "tune": "nntrain.api.starting",
}


def __getattr__(name: str) -> object:
    """Import a name of the Python API when it is first used (PEP 562)."""
    if name == "runs":
        return import_module("nntrain.runs")  # a package that can be called
    if name not in _HOMES:
        raise AttributeError(f"module `nntrain` has no attribute `{name}`")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
