"""The key that the workers of a training share: a process without it cannot join them."""

import os
import secrets
from pathlib import Path

from nntrain.errors import ConfigError
from nntrain.storage.home import home
from nntrain.storage.lock import locked

VARIABLE = "NNTRAIN_AUTHKEY"


def shared_key() -> bytes:
    """Return the key of NNTRAIN_AUTHKEY, or else of the key file, which is made if it is missing.

    Raises ConfigError where one of them holds no key, and for a file that other users can read.
    """
    if (text := os.environ.get(VARIABLE)) is not None:
        if not text.strip():
            help = f"set it to the same secret for all workers, or `unset {VARIABLE}`"
            raise ConfigError(f"`{VARIABLE}` is empty", help=help)
        return os.fsencode(text)
    path = key_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent, wait=True):
            if not path.exists():
                path.touch(0o600)
                path.write_text(secrets.token_hex(32) + "\n")
            return _read(path)
    except OSError as error:
        message = f"cannot read the key of the workers in `{path}`: {error.strerror or error}"
        raise ConfigError(message, help=f"set {VARIABLE} to the same secret for all workers") from None


def key_file() -> Path:
    """Return the path of the key file of this user; raises ConfigError for a user without a home."""
    folder = os.environ.get("XDG_CONFIG_HOME") or (known := home()) and known / ".config"
    if not folder:
        message = "the key of the workers is kept in the home of the user, and this user has none"
        raise ConfigError(message, help=f"set {VARIABLE} to the same secret for all workers")
    return Path(folder) / "nntrain" / "authkey"


def _read(path: Path) -> bytes:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ConfigError(f"other users can read the key of the workers in `{path}`", help=f"run `chmod 600 {path}`")
    key = path.read_bytes().strip()
    if not key:
        raise ConfigError(f"`{path}` holds no key", help="remove it; the next worker makes a new one")
    return key
