"""What the lines of the journal of a search may hold."""

from typing import Annotated, Any, Literal, Required

from pydantic import Field

from nntrain.storage.records import Count, Number, PluginFile, Positive, Record, Seconds, Sha256, Text


class Head(Record, total=False):
    """The first line of the journal of a search."""

    search_sha256: Required[Sha256]
    search: Text
    start: Text
    refit: Annotated[int, Field(ge=0, le=10_000)]
    stack: bool
    plugins: list[PluginFile]


class Ask(Record):
    """A trial was proposed."""

    event: Literal["ask"]
    values: dict[Text, Any]
    epochs: Positive | None
    parent: Count | None


class Start(Record, total=False):
    """A training of a trial was started, or its worker was lost."""

    event: Required[Literal["start", "lost"]]
    trial: Required[Count]
    task: Required[Count]
    spent: Seconds


class Stacks(Record):
    """Which trainings, by their numbers, begin next, and which of them as one program."""

    event: Literal["stacks"]
    stacks: list[list[Count]]


class Apart(Record):
    """Trainings that were to be one program, and cannot be."""

    event: Literal["apart"]
    tasks: list[Count]
    trials: list[Count]


class Report(Record):
    """A trial has a score after an epoch."""

    event: Literal["report"]
    trial: Count
    epoch: Positive
    score: Number
    stop: bool


class Tell(Record, total=False):
    """A trial has ended."""

    event: Required[Literal["tell"]]
    trial: Required[Count]
    status: Required[Literal["done", "pruned", "failed"]]
    score: Required[Number | None]
    spread: Required[Number | None]
    epochs: Required[Count]
    trained: Required[Count]
    seconds: Required[Seconds]
    message: Required[Text]
    spent: Seconds


class Pause(Record):
    """The search has stopped or ended."""

    event: Literal["pause"]
    spent: Seconds


class Refit(Record):
    """How many trials to train again has changed."""

    event: Literal["refit"]
    refit: Annotated[int, Field(ge=0, le=10_000)]


class Extend(Record):
    """The search continues over another space."""

    event: Literal["extend"]
    search_sha256: Sha256
    search: Text


Event = Annotated[Ask | Stacks | Apart | Start | Report | Tell | Pause | Refit | Extend, Field(discriminator="event")]
