"""The gradients of the first layers are far smaller than those of the last."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import layers
from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import prescribed
from nntrain.doctor.vital_signs import VitalSigns


@dataclass(frozen=True)
class Options:
    """The gradients vanish towards the first layers.

    `ratio` of the root mean square gradient of the first kernel to that of the last hidden kernel or the output, the
    larger of the two. Over the healthy configs of the tests it is at least 1e-3. `still`: a layer of which so many
    units are dead or saturated lets no gradient through, and that is the disease, whose symptom this is.
    """

    ratio: float = 3e-4
    still: float = 0.9


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning where it is so before the training or after its first epochs, and the net is deep.

    One that did not go badly gets a note.
    """
    found = [(signs, ratio) for signs in case.signs[:3] if (ratio := _ratio(signs)) is not None]
    if not found or len(case.hidden) < 2:
        return
    signs, ratio = min(found, key=lambda one: one[1])
    if ratio >= options.ratio:
        return
    message = f"the gradient of the first layer is {ratio:.1g} times that of the last (epoch {signs.epoch})"
    severity: Severity = "error" if case.suspicion == "warning" and (ratio < 1e-6 or case.is_ill) else case.suspicion
    stands = any(
        (layer.dead or 0.0) >= options.still or (layer.saturated or 0.0) >= options.still for layer in signs.layers
    )
    weight = 3.0 if stands else 6.0
    yield Finding(
        severity, message, case.blocks[0].head.path, {"ratio": ratio}, _cure(case), symptom=stands, weight=weight
    )


def _ratio(signs: VitalSigns) -> float | None:
    sizes = [layer.gradient / layer.size**0.5 for layer in signs.layers]
    if len(sizes) < 3 or not max(sizes[-2:]) > 0 or max(sizes) == float("inf"):
        return None
    return sizes[0] / max(sizes[-2:])


def _cure(case: Case) -> tuple[str, ...]:
    """Return ReLU with He's initializer for the hidden layers that have a sigmoid or tanh, else a normalization."""
    changes = []
    for block in case.hidden:
        if block.activation in ("sigmoid", "hard_sigmoid", "tanh", "softmax"):
            changes.append((block.activation_path, "relu"))
        if getattr(block.head.spec, "kernel_initializer", None) is not None or changes:
            changes.append(((*block.head.path, "kernel_initializer"), "he_normal"))
    if not changes and not any(block.has(layers.BatchNormalization) for block in case.hidden):
        changes = [((*block.head.path, "kernel_initializer"), "he_normal") for block in case.hidden]
    return prescribed(case, *changes)
