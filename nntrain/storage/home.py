"""The home of the user, which there may not be: in a container, the system may not know the user."""

import os
import tempfile
from pathlib import Path

from nntrain.errors import ConfigError


def home() -> Path | None:
    """Return the home of the user; None where there is none."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path with `~` at its start as the home of a user; raises ConfigError for a user who does not exist."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        message = f"`{Path(path).parts[0]}` is the home of a user who does not exist here"
        raise ConfigError(message, help="write the path in full") from None


def cache() -> Path:
    """Return the folder for what can be downloaded again, among the temporary files where the user has no home."""
    known = os.environ.get("XDG_CACHE_HOME") or (home() or Path(tempfile.gettempdir())) / ".cache"
    return Path(known) / "nntrain"
