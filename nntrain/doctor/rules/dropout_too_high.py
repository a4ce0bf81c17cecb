"""A Dropout leaves so few units that little gets through."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import layers
from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """A Dropout leaves too little.

    `rate`: Srivastava et al. 2014 (https://jmlr.org/papers/v15/srivastava14a.html) drop half of the hidden units, and
    find a loss from 0.7 on (figure 9). `units`: with few units, fewer than this are left on average.
    """

    rate: float = 0.7
    units: float = 4.0


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for a rate that is too high, or a Dropout that leaves fewer than four units.

    One that did not go badly gets a note.
    """
    for block in case.hidden:
        for each in block.rest:
            if not isinstance(each.spec, layers.Dropout | layers.AlphaDropout):
                continue
            left = (1 - each.spec.rate) * block.head.units
            if each.spec.rate < options.rate and left >= options.units:
                continue
            if each.spec.rate < 0.3 and not case.is_ill:
                continue
            message = f"`{each.spec.called()}` drops {100 * each.spec.rate:g} % of {block.head.units} units"
            lower = 0.2 if 0.8 * block.head.units >= options.units else 0.0
            cure = prescribed(case, ((*each.path, "rate"), lower))
            evidence = {"rate": each.spec.rate, "units_left": left}
            yield Finding(case.suspicion, message, each.path, evidence, cure, weight=4.5)
            return
