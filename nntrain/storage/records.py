"""What the files of a run may hold. They may have been damaged, or written by anybody.

Each is checked once, when it is read, so what reads on can rely on it. Fields that are not named are kept as they are.
"""

import json
import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Required

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic needs it before Python 3.12

from nntrain.errors import NNTrainError, one_line
from nntrain.storage import run_files

LARGEST = 2**53  # the largest whole number that JSON's readers agree on


def _plain(name: str) -> str:
    if not run_files.is_plain_name(name):
        raise ValueError("not a plain name")
    return name


Name = Annotated[str, AfterValidator(_plain)]  # of a folder: one component of a path
Text = Annotated[str, StringConstraints(max_length=100_000)]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Positive = Annotated[int, Field(ge=1, le=LARGEST)]
Number = Annotated[float, Field(ge=-1e300, le=1e300, allow_inf_nan=False)]
MOST_SECONDS = 1e10
Seconds = Annotated[float, Field(ge=0, le=MOST_SECONDS, allow_inf_nan=False)]
Metrics = dict[Text, Number | None]


class Record(TypedDict, total=False):
    """A JSON object, in which a field may be missing: `RunDir.read_json` names those that its reader needs."""

    __pydantic_config__ = ConfigDict(extra="allow", strict=True)  # type: ignore[misc]


class Resumed(Record, total=False):
    """A command that has resumed the run; `changed` are words."""

    changed: list[Text]


class PluginFile(Record):
    """A file of own classes that a run was trained with."""

    file: Required[Text]
    sha256: Required[Sha256]


class Given(Record):
    """The config of a run that may be treated, with `--set`, its folder, and the name that the run was to have."""

    config: Required[Annotated[str, StringConstraints(max_length=4_000_000)]]
    folder: Required[Text]
    name: Required[Name]


class Cure(Record):
    """The run that a treatment treats, by its name, and what the treatment changes in the config."""

    of: Required[Name]
    disease: Required[Text]
    set: Required[list[Text]]


class Tried(Record):
    """A treatment of a run that has ended: its name, and what it changed in the config."""

    run: Required[Name]
    set: Required[list[Text]]


class Environment(Record, total=False):
    """environment.json. `treats` is the `run_key` of the run that a treatment treats, `tried` are its treatments."""

    start: Text
    packages: dict[Text, Text | None]
    device: Text
    threads: dict[Text, Any]
    cpu: dict[Text, Any]
    devices: Annotated[int, Field(ge=1, le=1024)]
    workers: Annotated[int, Field(ge=1, le=1024)]
    run_key: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    data_sha256: Sha256
    resolved_sha256: Sha256
    init_from_sha256: Sha256
    resumed: list[Resumed]
    plugins: list[PluginFile]
    settings: dict[Text, Text | Number | bool | None]
    given: Given
    cure: Cure
    treats: Text
    cured_by: Name
    tried: list[Tried]
    best: Name
    exit_status: Annotated[int, Field(ge=-255, le=255)] | None


class Best(Record, total=False):
    """The best trial of a search."""

    run: Required[Name]
    score: Number


class Member(Record, total=False):
    """A run in the summary of its group, a network of an ensemble, or a trial that a search has trained again."""

    metrics: dict[Text, Metrics]


class Summary(Record, total=False):
    """summary.json of a run, of a group (`runs`, `failed`) or of a search (`best`, `refit`)."""

    kind: Literal["run", "seeds", "folds", "search"]
    epochs: Count
    planned_epochs: Count
    best_epoch: Count
    best_value: Number | None
    monitor: Text
    save: Text
    stopped: Text
    seconds: Seconds
    rows: dict[Text, Count]
    parameters: dict[Text, Count]
    metrics: dict[Text, Metrics]
    metric_classes: dict[Text, Text]
    runs: dict[Name, Member]
    members: dict[Name, Member]
    statistics: dict[Text, dict[Text, Metrics]]
    engine: Text
    direction: Literal["min", "max"]
    failed: dict[Name, Text] | Count
    objective: Text
    best: Best | None
    refit: dict[Name, Member]
    ended: Text


class Weight(Record):
    """A weight of a saved model."""

    path: Text
    shape: list[Count]
    dtype: Text


class Inputs(Record):
    """A row of a saved model's inputs."""

    shape: list[Positive]
    dtype: Literal["uint8", "float32"]
    features: list[Text]
    sizes: NotRequired[list[Annotated[int, Field(ge=0, le=2**31)]]]
    missing: NotRequired[list[Count]]
    has_missing: NotRequired[bool]


class Model(Record, total=False):
    """model.json."""

    sha256: Sha256
    weights: list[Weight]
    input: Inputs
    classes: list[Text]
    targets: list[Text]
    target_count: Positive


class Group(Record, total=False):
    """group.json or ensemble.json: the configs of the runs by their names."""

    kind: Literal["seeds", "folds", "ensemble"]
    members: Annotated[dict[Name, dict[str, Any]], Field(min_length=1, max_length=1000)]
    plugins: list[PluginFile]


class Remark(Record, total=False):
    """A note of a user on a run."""

    time: Text
    text: Required[Text]


class Notes(Record, total=False):
    """notes.json: what users have written on a run."""

    notes: list[Remark]
    tags: list[Text]


def _row(row: dict[str, float | None]) -> dict[str, float | None]:
    epoch, seconds = row.get("epoch"), row.get("seconds")
    if epoch is None or seconds is None or not (1 <= epoch <= LARGEST and epoch % 1 == 0 <= seconds <= MOST_SECONDS):
        raise ValueError("not a row")
    return row


Cell = Annotated[float | None, BeforeValidator(lambda text: None if text == "" else text)]
Row = Annotated[dict[Text, Cell], AfterValidator(_row)]
"""A row of metrics.csv. A loss of NaN ends a training, so numbers need not be finite."""

_FILES: dict[str, Any] = {
    run_files.ENVIRONMENT: Environment,
    run_files.SUMMARY: Summary,
    run_files.MODEL_FACTS: Model,
    **dict.fromkeys(run_files.OF_MEMBERS, Group),
    run_files.METRICS: list[Row],
    run_files.NOTES: Notes,
}


def check_file(file: Path, content: Any, needed: Iterable[str] = ()) -> None:
    """Raise NNTrainError unless a file of this name may hold this content, and holds the fields that are needed."""
    if kind := _FILES.get(file.name):
        check(kind, content, f"`{file}`")
    if missing := [name for name in needed if name not in content]:
        raise not_a_run(f"`{file}` lacks `{missing[0]}`")


def check(kind: Any, content: Any, place: str) -> None:
    """Raise NNTrainError, which names `place` and what is wrong there, unless the content is of this kind."""
    try:
        _adapter(kind).validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = one_line(".".join(str(part) for part in first["loc"]))[:100]
        what = "lacks" if first["type"] == "missing" else "has an invalid"
        raise not_a_run(f"{place} {what} `{where}`" if where else f"{place} is of no known kind") from None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def not_a_run(why: str) -> NNTrainError:
    """Return the error for a file that nntrain has not written so."""
    return NNTrainError(f"this is not a run of nntrain: {why}", help="restore the file from a copy, or train again")


def parsed(text: str) -> Any:
    """Return the content of JSON text; raises ValueError, and RecursionError, also for numbers without bounds."""
    return json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_finite)


def _whole(text: str) -> int:
    value = int(text)
    if abs(value) > LARGEST:
        raise ValueError(f"the number {text[:20]} is too large")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:20]} is not finite")
    return value
