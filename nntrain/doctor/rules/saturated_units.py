"""Units of a sigmoid or tanh that are at the bounds of their range, where the slope is almost 0."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed, with_layer
from nntrain.errors import dotted


@dataclass(frozen=True)
class Options:
    """Most hidden units are saturated.

    `share` of the outputs of a hidden layer within 5 % of a bound before the first step: there the slope is at most a
    fifth of the largest one. Glorot and Bengio 2010, figure 2, see layers at their bound. After a good training
    units may well be there, so only a training that went badly counts then.
    """

    share: float = 0.75
    after: float = 0.8


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for the hidden layer with the largest share, a note where the training did not go badly."""
    hidden = {dotted(block.head.path): block for block in case.hidden}
    looked_at = [(case.signs[0], options.share)] if case.signs and not case.signs[0].epoch else []
    if case.last_signs is not None and case.is_ill:
        looked_at.append((case.last_signs, options.after))
    for signs, most in looked_at:
        found = [layer for layer in signs.layers if layer.layer in hidden and (layer.saturated or 0.0) >= most]
        if not found:
            continue
        worst = max(found, key=lambda layer: layer.saturated or 0.0)
        block, share = hidden[worst.layer], worst.saturated or 0.0
        when = f"after epoch {signs.epoch}" if signs.epoch else "before the first step"
        message = f"{100 * share:.0f} % of the outputs of `{worst.layer}` are at a bound of `{block.activation}` {when}"
        scale = not case.is_scaled and not case.inputs.is_image
        changes = [with_layer(case, 0, "Normalization")] if scale else [(block.activation_path, "relu")]
        cure = prescribed(case, *changes)
        yield Finding(case.suspicion, message, block.activation_path, {"share": share}, cure, weight=5.0)
        return
