"""What environment.json of a run holds of the runs that were trained as one with it."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field

from nntrain.storage import records
from nntrain.storage.records import Count, Name, Record


class Compaction(Record):
    """The number of runs of a stack that went on after an epoch at which others ended."""

    epoch: Count
    members: Count


class Stack(Record):
    """The runs that were trained as one with a run, and its place among them.

    values: their seeds or folds by their names; of trials the values, by their paths, by which these differ. continued:
    whether it went on from another run. alone: whether it was trained further alone.
    """

    kind: Literal["seeds", "folds", "ensemble", "trials"]
    values: Annotated[dict[Name, Any], Field(min_length=1, max_length=1000)]
    place: Count
    compactions: list[Compaction]
    continued: NotRequired[bool]
    alone: NotRequired[bool]


def check(stack: Any, place: str) -> None:
    """Raise NNTrainError, which names `place`, unless this is a stack, in which the run has a place."""
    records.check(Stack, stack, place)
    if stack["place"] >= len(stack["values"]):
        raise records.not_a_run(f"{place} has an invalid `stack.place`")
