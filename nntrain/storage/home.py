"""The home of the user, which there may not be: in a container, the system may not know the user."""

import os
import tempfile
from pathlib import Path


def home() -> Path | None:
    """Return the home of the user; None where there is none."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def cache() -> Path:
    """Return the folder for what can be downloaded again, among the temporary files where the user has no home."""
    known = os.environ.get("XDG_CACHE_HOME") or (home() or Path(tempfile.gettempdir())) / ".cache"
    return Path(known) / "nntrain"
