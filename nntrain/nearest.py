"""Names and paths that users write: whether there is such a file, what they meant, their natural order."""

import difflib
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

MOST = 2000  # entries of a folder that are compared


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known name of the closest spelling, or nothing."""
    word, lower = name.lower(), {other.lower(): other for other in known}
    # The most that the ratio can be, so that a text that is far longer than all names is not looked through.
    likely = [other for other in lower if 2 * min(len(word), len(other)) >= cutoff * (len(word) + len(other)) - 1e-9]
    if swapped := next((other for other in likely if _is_swap(word, other)), ""):
        return lower[swapped]
    found = difflib.get_close_matches(word, likely, n=1, cutoff=cutoff) if likely else []
    return lower[found[0]] if found else ""


def _is_swap(one: str, other: str) -> bool:
    """Return whether two neighbouring letters stand the other way round, as in `Adma` for `Adam`."""
    apart = [at for at in range(len(one)) if one[at] != other[at]] if len(one) == len(other) else []
    if len(apart) != 2 or apart[1] - apart[0] != 1:
        return False
    first, second = apart
    return one[first] == other[second] and one[second] == other[first]


def natural_order(names: Sequence[str]) -> list[int]:
    """Return the positions of the names in the order that people expect: `2` before `10`."""
    keys = [[(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in _parts(name)] for name in names]
    return sorted(range(len(names)), key=keys.__getitem__)


def _parts(name: str) -> list[str]:
    """Return the runs of up to 18 digits in a name, and what is between them."""
    return re.findall(r"[0-9]{1,18}|[^0-9]+", name.casefold())


def exists(path: Path) -> bool:
    """Return whether there is such a file or folder; False for a name that no file system takes."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def near_path(path: Path, written: str = "", suffixes: Iterable[str] = ()) -> str:
    """Return the help for a file or a folder that does not exist: the nearest name in its folder, or some of them.

    written: the path as the user wrote it. suffixes: those of the files to offer, by default that of the path.
    """
    written = written or str(path)
    turned = written.replace("\\", "/")  # as Windows separates folders
    if turned != written and exists(Path(str(path).replace("\\", "/"))):
        return f"write `{turned}`"
    if re.match(r"[a-z]{2,}:/", written):
        return "download it, and give the path of the file"
    found = entries(path.parent)
    if found is None:
        return f"there is no folder `{path.parent}`"
    kinds = [suffix.lower() for suffix in suffixes or [path.suffix]]
    names = [name for name in found if not kinds[0] or Path(name).suffix.lower() in kinds]
    alike = sorted([*found, *names], key=lambda name: difflib.SequenceMatcher(None, path.name, name).ratio())
    stems = {Path(name).stem: name for name in [*alike, *names]}  # of equal stems, the name most like the path's
    if close := nearest(path.stem, [Path(name).stem for name in names]) or nearest(path.stem, stems, cutoff=0.8):
        return f"write `{Path(written).with_name(stems[close])}`"
    shown = ", ".join(f"`{name}`" for name in names[:5])
    return f"that folder holds {shown}" if shown else "check the path"


def entries(folder: Path) -> list[str] | None:
    """Return the names in a folder, sorted, without hidden ones; None if it cannot be listed."""
    try:
        return sorted(entry.name for entry in islice(folder.iterdir(), MOST) if not entry.name.startswith("."))
    except OSError:
        return None
