"""What a path leads to: to read a named pipe or a device would never end."""

import stat
from pathlib import Path

_KINDS = {
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


def irregular_kind(path: Path) -> str:
    """Return what the path is in words, such as `a named pipe`; nothing for a regular file, or where there is none."""
    try:
        return _KINDS.get(stat.S_IFMT(path.stat().st_mode), "")
    except OSError:
        return ""
