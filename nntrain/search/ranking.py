"""The table of the best trials: how sure a mean is, whether a difference may be noise, and what an epoch costs."""

import math
from collections.abc import Sequence
from typing import Any

from nntrain.config.settings import short_names
from nntrain.evaluation.scores import paired_p_value, summarize
from nntrain.search.ledger import Entry
from nntrain.search.live_view import shown_value
from nntrain.terminal import shown_number

SHOWN = 15  # trials
LEVEL = 0.05
_REPEATED = ("spread", "95 %", "p")
_OWN = ("trial", "epochs", "seconds", *_REPEATED)

Table = tuple[tuple[str, ...], list[list[Any]]]  # columns, rows


def table(ranked: Sequence[Entry], metric: str, paths: Sequence[str]) -> Table:
    """Return the best trials, with the values at the searched paths.

    Of trials that were trained several times: the standard deviation and the 95 % interval of the mean (Student), and
    the p-value of `chances`.
    """
    repeated = any(entry.scores for entry in ranked)
    p_values = chances(ranked)
    names = short_names(paths, [*_OWN, metric]).values()
    columns = ("trial", metric, *(_REPEATED if repeated else ()), "epochs", "s/epoch", *names)
    rows: list[list[Any]] = []
    for entry, p_value in list(zip(ranked, p_values, strict=True))[:SHOWN]:
        sure = [entry.spread, _interval(entry), _shown_chance(p_value)] if repeated else []
        seconds = "" if entry.epoch_seconds is None else f"{entry.epoch_seconds:.2g}"
        values = entry.proposal.values
        own = [shown_value(values[path]) if path in values else "" for path in paths]
        rows.append([entry.name, entry.score, *sure, entry.epochs, seconds, *own])
    return columns, rows


def chances(ranked: Sequence[Entry]) -> list[float]:
    """Return for each trial the chance of such a difference from the first one if both were equally good.

    It is the p-value of Student's paired test over the seeds or folds, corrected for the number of trials (Holm 1979);
    NaN for the first trial, and for one without such scores.
    """
    best = ranked[0].scores if ranked else ()
    found = [
        paired_p_value(best, entry.scores) if at and len(entry.scores) == len(best) else math.nan
        for at, entry in enumerate(ranked)
    ]
    order = sorted((at for at, p in enumerate(found) if not math.isnan(p)), key=lambda at: found[at])
    largest = 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, found[at] * (len(order) - rank)))
        found[at] = largest
    return found


def explanation(ranked: Sequence[Entry], folds: bool) -> str:
    """Return a line about the p-values, with the shown trials that may be as good as the best; empty without them."""
    known = [(entry.name, p) for entry, p in zip(ranked, chances(ranked), strict=True) if not math.isnan(p)]
    if not known:
        return ""
    noise = ", ".join(name for name, p in known[: SHOWN - 1] if p > LEVEL) or "none"
    pairs = "fold by fold" if folds else "seed by seed"
    test = f"Student's paired test against the best, {pairs}, corrected by Holm for {len(known)}"
    return f"p: {test}; above {LEVEL:g}, where the difference may be noise: {noise}"


def _interval(entry: Entry) -> str:
    if len(entry.scores) < 2:
        return ""
    found = summarize(entry.scores)
    return f"{shown_number(found.low)} to {shown_number(found.high)}"


def _shown_chance(p_value: float) -> str:
    return "" if math.isnan(p_value) else f"{p_value:.2g}" if p_value >= 0.001 else "< 0.001"
