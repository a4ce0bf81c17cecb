"""Labels that may be meant otherwise than they are read: classes as numbers to predict, one class under two names."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from nntrain.config.messages import shown

_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеіјорсухѕ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο" + "‐‑‒–—−" + "‘’",  # Cyrillic, Greek, dashes, quotes
    "ABESIJKMHOPCTYXaeijopcyxs" + "ABEZHIKMNOPTYXo" + "------" + "''",
)  # from https://www.unicode.org/Public/security/latest/confusables.txt
_MISSING = {"na", "n/a", "#n/a", "nan", "null", "?"}
FEW = 10  # different numbers, as many as classes mostly are
_SAMPLE = 1000  # rows that mostly show measured numbers, without a sort of all


def few_different(values: np.ndarray) -> np.ndarray | None:
    """Return the different numbers, ascending, or None where they are more than FEW, or not twice each on average.

    values: (n,) without NaN.
    """
    most = min(FEW, len(values) // 2)
    for rows in (values[:_SAMPLE], values):
        if len(different := np.unique(rows)) > most:
            return None
    return different


def note_on_numbers(y: np.ndarray, name: str, from_one_hot: str) -> str:
    """Return a note when numbers to predict may be meant as classes; nothing otherwise.

    y: float32 (n, targets). name: what they are called. from_one_hot: what makes classes of one-hot rows.
    """
    if not len(y) or not np.isfinite(y).all():
        return ""
    if y.shape[1] > 1:
        return _note_on_rows(y, name, from_one_hot)
    if (values := few_different(y[:, 0])) is None:
        return ""
    if (values == np.round(values)).all():
        every = ", ".join(f"{value:.7g}" for value in values)
        what = f"{name} holds only {every}, and is read as numbers to predict"
        return f"{what}; `task: classification` makes them classes"
    if are_divided_by_255(values):
        what = f"{name} holds only {len(values)} multiples of 1/255, and is read as numbers to predict"
        return f"{what}; classes are not divided by 255, only pixels are"
    return ""


def note_on_counts(y: np.ndarray, name: str) -> str:
    """Return a note when numbers to predict may be counts; nothing otherwise. y: float32 (n, targets); name: as above.

    Counts are whole numbers from 0 on, 0 among them, whose variance is at least half their mean in each target: that
    of a Poisson distribution is its mean, and mixtures of such have more.
    """
    if not len(y) or (y < 0).any() or (y != np.floor(y)).any():
        return ""
    columns = y.astype(np.float64)
    if (columns.min(axis=0) > 0).any() or (columns.var(axis=0) < columns.mean(axis=0) / 2).any():
        return ""
    return f"{name} holds whole numbers from 0 on, and is read as numbers to predict; `task: counts` makes them counts"


def _note_on_rows(y: np.ndarray, name: str, from_one_hot: str) -> str:
    """Return the note for several numbers a row: one class of each row, or of each column."""
    read = f"read as {y.shape[1]} numbers to predict"
    is_binary = bool(np.isin(y, (0, 1)).all())
    if (y >= 0).all() and np.allclose(y.sum(axis=1), 1, atol=1e-3):
        what = "are one-hot" if is_binary else "add up to 1"
        return f"the rows of {name} {what}, and are {read}; for classes {from_one_hot}"
    if is_binary and len(np.unique(y)) > 1:
        return f"the columns of {name} hold only 0 and 1, and are {read}; classes are one column, a class for each row"
    return ""


def are_divided_by_255(values: np.ndarray) -> bool:
    """Return whether the numbers may be class indices that were divided by 255 together with the pixels."""
    times = values * 255
    return bool((np.abs(times - np.round(times)) < 1e-3).all() and np.abs(values).max(initial=0) <= 1)


def names_that_look_equal(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of names, in ASCII, that differ only by their Unicode form, unseen characters or kinds of spaces."""
    for first, second in _pairs(names, _look):
        yield _ascii(first), _ascii(second)


def nearly_equal_names(names: Iterable[str]) -> Iterator[str]:
    """Yield a warning for each pair of names that are most likely the same."""
    every = list(dict.fromkeys(names))
    for first, second in _pairs(every, lambda name: "".join(unicodedata.normalize("NFKC", name).casefold().split())):
        how = "which differ only by case, spaces or the form of a letter"
        yield f"{shown(first)} and {shown(second)} are two classes, {how}"
    for first, second in _pairs([name for name in every if _number(name)], _number):
        yield f"{shown(first)} and {shown(second)} are two classes, although they are the same number"
    for first, second in _pairs(every, lambda name: name.translate(_LOOKALIKES)):
        yield f"`{_ascii(first)}` and `{_ascii(second)}` are two classes, whose letters look equal"
    for name in every:
        if name.casefold() in _MISSING:
            yield f"{shown(name)} is a class, although it mostly means that a value is missing"


def _pairs(names: Iterable[str], form: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield each name that has the form of a name before it, after that name."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(form(name), name)
        if first != name:
            yield first, name


def _look(name: str) -> str:
    """Return the name as it is printed: composed, without unseen characters, every space alike."""
    seen = "".join(char for char in unicodedata.normalize("NFC", name) if unicodedata.category(char) != "Cf")
    return " ".join(seen.split())


def _ascii(name: str) -> str:
    return name.encode("unicode_escape").decode()


def _number(name: str) -> str:
    """Return the number that the name is, as Python writes it; nothing for other names."""
    try:
        return repr(float(name) + 0.0)
    except ValueError:
        return ""
