"""One experiment from config to run directory; resume, reproduce, groups, the list of runs.

`nntrain.runs` is this package, and for users of Python the function that lists runs: the package can be called.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Return `nntrain.api.tables.runs(...)`: a DataFrame with a row for each run."""
        return import_module("nntrain.api.tables").runs(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
