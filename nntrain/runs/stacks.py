"""Which runs of a group are trained as one."""

from collections.abc import Mapping, Sequence

from nntrain.errors import ConfigError, NNTrainError
from nntrain.runs.group_config import GroupConfig
from nntrain.terminal import Terminal
from nntrain.training import stacking
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.program_cache import program_key
from nntrain.training.programs.streamed import fits_in_memory
from nntrain.training.run_context import RunContext

MOST_BYTES = 1 << 29  # of the rows of all folds together

Stacks = list[dict[str, Prepared]]  # the runs of each stack by their names


def form(config: GroupConfig, first: Prepared, terminal: Terminal, context: RunContext) -> Stacks:
    """Return the runs of a group in stacks; none where they are trained one after another, with a note why.

    first: the first run.
    """
    if not context.stack or len(config.members) < 2:
        return []
    why = stacking.obstacle(first.resolved, len(first.data.train), context)
    try:
        members = {} if why else _prepared(config, first)
    except NNTrainError:
        return []  # what is wrong with a run is reported when its turn comes
    if why := why or _difference(list(members.values())):
        terminal.note(f"note: the runs are trained one after another, because of {why}")
        return []
    return _in_parts(members)


def refuse_several_devices(context: RunContext) -> None:
    """Raise ConfigError where the rest of a stack is to be trained on several devices."""
    if context.distribution is not None:
        raise ConfigError("the runs began as one, which trains on one device", help="leave `--devices` out")


def form_again(config: GroupConfig) -> Stacks:
    """Return the stacks of a group that began with them; raises NNTrainError where they do not fit any more."""
    return _in_parts(form_whole(config))


def form_whole(config: GroupConfig) -> dict[str, Prepared]:
    """Return the runs of one stack; raises NNTrainError where they do not fit any more."""
    members = _prepared(config, prepare(config.first))
    if why := _difference(list(members.values())):
        message = f"the runs began as one, and cannot be trained so any more, because of {why}"
        raise NNTrainError(message, help="train them again with `nntrain fit`")
    return members


def _prepared(config: GroupConfig, first: Prepared) -> dict[str, Prepared]:
    """Return the runs, which share their data if they differ in the seed; raises as `prepare` does."""
    data = first.data if config.kind == "seeds" else None
    others = list(config.members.items())[1:]
    return {next(iter(config.members)): first, **{name: prepare(member, data=data) for name, member in others}}


def _difference(members: Sequence[Prepared]) -> str:
    """Return why prepared runs cannot be one program, else nothing."""
    distinct = list({id(each.data): each.data for each in members}.values())
    if not all(fits_in_memory(data.train.x) for data in distinct):
        return "the size of the data"
    if sum(split.x.nbytes for data in distinct for split in data.splits.values()) > MOST_BYTES:
        return "the size of the data of all runs together"
    if len({_key(each) for each in members}) > 1:
        return "their data, which lead to different models or batches"
    return ""


def _key(run: Prepared) -> str:
    rows = len(run.data.train)
    return program_key(run.resolved, run.data.train.x, run.resolved.batch_size(rows))


def _in_parts(members: Mapping[str, Prepared]) -> Stacks:
    """Return the runs in as few stacks as can be, of nearly equal sizes."""
    names, count = list(members), -(-len(members) // stacking.MOST_MEMBERS)
    size = -(-len(names) // count)
    parts = [names[start : start + size] for start in range(0, len(names), size)]
    return [{name: members[name] for name in part} for part in parts]
