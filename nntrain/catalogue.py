"""What the YAML may name, with a line each: the content of `nntrain list`."""

from nntrain.errors import ConfigError
from nntrain.spec.activations import ACTIVATIONS
from nntrain.spec.base import Named, listed, nearest, plural
from nntrain.spec.callbacks import Callback
from nntrain.spec.constraints import Constraint
from nntrain.spec.data import Source, SplitRule
from nntrain.spec.initializers import Initializer
from nntrain.spec.layers import Layer
from nntrain.spec.losses import Loss
from nntrain.spec.metrics import Metric
from nntrain.spec.optimizers import Optimizer
from nntrain.spec.regularizers import Regularizer
from nntrain.spec.schedules import Schedule

FAMILIES: tuple[type[Named], ...] = (
    Source,
    SplitRule,
    Layer,
    Initializer,
    Regularizer,
    Constraint,
    Optimizer,
    Schedule,
    Loss,
    Metric,
    Callback,
)


def kinds() -> dict[str, type[Named] | None]:
    """What can be listed: the plural of each family, and the activations."""
    return {**{plural(family.noun): family for family in FAMILIES}, "activations": None}


def entries(kind: str) -> dict[str, str]:
    """Each name of a kind with its line; raises ConfigError for a kind that does not exist."""
    known = kinds()
    wanted = {"data": "data sources", "datasets": "data sources"}.get(kind, kind)
    if wanted not in known:
        close = nearest(kind, known)
        help = f"write `nntrain list {close}`" if close else f"there are {listed(known)}"
        raise ConfigError(f"there is nothing called `{kind}` to list", help=help)
    family = known[wanted]
    if family is None:
        return ACTIVATIONS
    return {name: first_line(member) for name, member in family.members().items()}


def first_line(member: type[Named]) -> str:
    """The first sentence of the member's docstring."""
    return (member.__doc__ or "").strip().split("\n")[0]


def options(name: str) -> dict[str, type[Named]]:
    """Every family that has a member of this name, with the member."""
    return {family.noun: family.members()[name] for family in FAMILIES if name in family.members()}
