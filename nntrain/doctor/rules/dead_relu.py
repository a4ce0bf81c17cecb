"""ReLU units that are 0 for every row, and learn no more."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Block, Case
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import prescribed
from nntrain.doctor.vital_signs import LayerSigns
from nntrain.errors import dotted


@dataclass(frozen=True)
class Options:
    """Many ReLU units are dead.

    `share` of the units of a layer that are 0 for all 128 rows: AUTOTRAINER (Zhang et al. 2021,
    https://doi.org/10.1109/ICSE43902.2021.00043) takes 0.7 of all neurons. `rise`: so many more than before the first
    step, as half of the units are 0 for all rows of a single positive feature. Over the healthy
    configs of the tests it is at most 0.44. `dead`: so many that the rest can hardly learn, with or without a rise.
    `narrow`: a layer of fewer units than `units` misses every one of them; a share that has risen so far counts where
    the training has not gone well (Lu et al. 2019, https://arxiv.org/abs/1903.06733: the fewer units, the likelier they
    die).
    """

    share: float = 0.6
    dead: float = 0.95
    rise: float = 0.2
    narrow: float = 0.3
    units: int = 16


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for the layer with the largest share, an error where nearly all are dead.

    A training that went well gets a note.
    """
    signs = case.last_signs or (case.signs[0] if case.signs else None)
    dying = [layer for layer in signs.layers if layer.dead is not None] if signs else []
    if signs is None or not dying:
        return
    worst = max(dying, key=lambda layer: layer.dead or 0.0)
    share = worst.dead or 0.0
    at_first = _at_first(case, worst)
    grown = share - at_first >= options.rise
    block = next((one for one in case.blocks if dotted(one.head.path) == worst.layer), None)
    few = block is not None and block.head.units < options.units and not case.is_well
    narrow = few and grown and share >= options.narrow
    if not narrow and (share < options.share or (share < options.dead and not (case.is_ill and grown))):
        return
    severe = share >= options.dead and case.suspicion == "warning"
    severity: Severity = "error" if severe else "note" if case.is_well else "warning"
    when = f"after epoch {signs.epoch}" if signs.epoch else "before the first step"
    message = f"{100 * share:.0f} % of the ReLU units of `{worst.layer}` are dead {when}: 0 for every row"
    evidence = {"share": share, "share_at_first": at_first}
    cure = _wider(case, block) if block is not None and narrow and not case.is_ill else _cure(case, block, at_first)
    yield Finding(severity, message, block.head.path if block else (), evidence, cure, symptom=True, weight=6.0)


def _at_first(case: Case, layer: LayerSigns) -> float:
    found = [one.dead for one in case.signs[0].layers if one.layer == layer.layer] if case.signs else []
    return found[0] or 0.0 if found else 0.0


def _wider(case: Case, block: Block) -> tuple[str, ...]:
    """Return more units, of an activation that does not die."""
    wider = ((*block.head.path, "units"), 4 * max(8, block.head.units))
    return prescribed(case, wider, (block.activation_path, "leaky_relu"))


def _cure(case: Case, block: Block | None, at_first: float) -> tuple[str, ...]:
    """Return a tenth of the learning rate and an activation that does not die; biases of 0 for units that began so."""
    if block is None:
        return ()
    if at_first > 0.5 and getattr(block.head.spec, "bias_initializer", None) is not None:
        return prescribed(case, ((*block.head.path, "bias_initializer"), "zeros"))
    relus = [one for one in case.hidden if one.activation == "relu" and one.activation_path[-1] == "activation"]
    changes = [(one.activation_path, "leaky_relu") for one in relus]
    optimizer = case.resolved.train.optimizer
    if optimizer.learning_rate is not None and isinstance(optimizer.learning_rate, float):
        rate = (case.learning_rate_path, float(f"{0.1 * case.learning_rate:.3g}"))
        return prescribed(case, rate, *changes)
    return prescribed(case, *changes)
