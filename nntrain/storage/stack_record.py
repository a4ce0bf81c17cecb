"""What environment.json of a run holds of the runs that were trained as one with it."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field

from nntrain.storage.records import Count, Name, Record


class Compaction(Record):
    """The number of runs of a stack that went on after an epoch at which others ended."""

    epoch: Count
    members: Count


class Stack(Record):
    """The runs that were trained as one with a run: their seeds or folds by their names, and its place among them."""

    kind: Literal["seeds", "folds"]
    values: Annotated[dict[Name, Any], Field(min_length=1, max_length=1000)]
    place: Count
    compactions: list[Compaction]
    alone: NotRequired[bool]
