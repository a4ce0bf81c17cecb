"""What diagnosis.json may hold, which anybody may have written."""

from typing import Any, NotRequired

from pydantic import ConfigDict
from typing_extensions import TypedDict  # pydantic needs it before Python 3.12

from nntrain.storage import records


class Layer(TypedDict):
    """What was measured in a layer."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[misc]
    layer: records.Text
    gradient: records.Number
    weight: records.Number
    size: records.Count
    moved: records.Number
    spread: records.Number
    dead: records.Number | None
    saturated: records.Number | None


class Signs(records.Record):
    """What was measured in a model after an epoch."""

    epoch: records.Count
    loss: records.Number
    layers: list[Layer]


class Score(TypedDict):
    """How well a model predicts a split."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[misc]
    rows: records.Count
    score: records.Number
    guess: records.Number
    linear: records.Number | None
    neighbours: NotRequired[records.Number | None]  # not in those of earlier versions
    all_rows: NotRequired[records.Count]
    explained: NotRequired[records.Number | None]


class Diagnosis(records.Record, total=False):
    """diagnosis.json."""

    findings: list[dict[records.Text, Any]]
    scores: dict[records.Text, Score]
    signs: list[Signs]
