"""Which runs of a group or a search are trained as one."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nntrain.config.load import Config
from nntrain.config.member_numbers import numbers
from nntrain.config.named import to_tree
from nntrain.config.resolve import Resolved
from nntrain.config.traced import MOST_STACKED, in_stacks
from nntrain.data.dataset import Dataset, load_data
from nntrain.errors import ConfigError, NNTrainError, Path, dotted
from nntrain.runs.group_config import GroupConfig
from nntrain.terminal import Terminal
from nntrain.training import stacking
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.program_cache import program_key
from nntrain.training.programs.streamed import fits_in_memory
from nntrain.training.run_context import RunContext

MOST_BYTES = 1 << 29  # of the rows of all folds together
MOST_WEIGHTS = 1 << 27  # bytes of all models together, of which a training keeps about eight times as much

Stacks = list[dict[str, Prepared]]  # the runs of each stack by their names


def form(config: GroupConfig, first: Prepared, terminal: Terminal, context: RunContext, workers: int) -> Stacks:
    """Return the runs of a group in stacks; none where they are not trained as one, with a note why.

    first: the first run. workers: how many runs are trained at once then.
    """
    if not context.stack or len(config.members) < 2:
        return []
    why = stacking.obstacle(first.resolved, len(first.data.train), len(config.members), context)
    try:
        members = {} if why else _prepared(config, first)
    except NNTrainError:
        return []  # what is wrong with a run is reported when its turn comes
    if why := why or _difference(list(members.values())):
        how = "the runs are trained one after another" if workers == 1 else f"{workers} runs are trained at a time"
        terminal.note(f"note: {how}, because of {why}")
        return []
    if context.workers is not None and context.workers > 1:
        terminal.note("note: the runs are one program, which one process trains; `--workers` needs `--no-stack` too")
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
    trials = config.kind == "trials"
    members = prepared_alike(config.members, load_data) if trials else _prepared(config, prepare(config.first))
    if why := _difference(list(members.values())):
        message = f"the runs began as one, and cannot be trained so any more, because of {why}"
        raise NNTrainError(message, help="train them again with `nntrain fit`")
    return members


def _prepared(config: GroupConfig, first: Prepared) -> dict[str, Prepared]:
    """Return the runs, which share their data if they differ in the seed; raises as `prepare` does."""
    data = None if config.kind == "folds" else first.data
    others = list(config.members.items())[1:]
    return {next(iter(config.members)): first, **{name: prepare(member, data=data) for name, member in others}}


def prepared_alike(configs: Mapping[str, Config], load: Callable[[Config], Dataset]) -> dict[str, Prepared]:
    """Return prepared runs; those that begin with the same weights share a model, which takes most of the time.

    load: reads the data of a config. Raises as `prepare` does.
    """
    made: dict[tuple[Any, ...], Prepared] = {}
    read: dict[str, Dataset] = {}
    found = {}
    for name, config in configs.items():
        source = json.dumps(to_tree(config.experiment.data), sort_keys=True)
        if source not in read:
            read[source] = load(config)
        found[name] = _prepared_like(made, config, read[source])
    return found


def _prepared_like(made: dict[tuple[Any, ...], Prepared], config: Config, data: Dataset) -> Prepared:
    whole = config.with_data(data.source)
    resolved = whole.resolve(data.schema)
    begins = (_key(resolved, data), resolved.experiment.seed, id(data), resolved.train.init_from)
    if begins not in made:
        made[begins] = prepare(config, data=data)
        return made[begins]
    return replace(made[begins], config=whole, resolved=resolved, obstacles=())


def obstacle(members: Sequence[Prepared], context: RunContext) -> str:
    """Return what keeps prepared runs from being trained as one, in words; else nothing."""
    of_each = (stacking.obstacle(each.resolved, len(each.data.train), len(members), context) for each in members)
    return next(filter(None, of_each), "") or _difference(members)


def differences(members: Mapping[str, Prepared]) -> dict[str, dict[str, Any]]:
    """Return the values by which the resolved configs of some runs differ, by their paths, of each run by its name."""
    trees = {name: to_tree(each.resolved.experiment) for name, each in members.items()}
    paths = list(_differing(list(trees.values()), ()))
    return {name: {dotted(path): _at(tree, path) for path in paths} for name, tree in trees.items()}


def _differing(trees: Sequence[Any], path: Path) -> Iterator[Path]:
    """Yield the shortest paths below this one that tell the trees apart and that all of them have."""
    first = trees[0]
    if all(tree == first for tree in trees):
        return
    if all(isinstance(tree, dict) and tree.keys() == first.keys() for tree in trees):
        for name in first:
            yield from _differing([tree[name] for tree in trees], (*path, name))
    elif all(isinstance(tree, list) and isinstance(first, list) and len(tree) == len(first) for tree in trees):
        for index in range(len(first)):
            yield from _differing([tree[index] for tree in trees], (*path, index))
    else:
        yield path


def _at(tree: Any, path: Path) -> Any:
    for name in path:
        tree = tree[name]
    return tree


def _difference(members: Sequence[Prepared]) -> str:
    """Return why prepared runs cannot be one program, else nothing."""
    distinct = list({id(each.data): each.data for each in members}.values())
    if not all(fits_in_memory(data.train.x) for data in distinct):
        return "the size of the data"
    if sum(split.x.nbytes for data in distinct for split in data.splits.values()) > MOST_BYTES:
        return "the size of the data of all runs together"
    weights = sum(weight.value.numpy().nbytes for weight in members[0].model.weights)
    if min(len(members), MOST_STACKED) * weights > MOST_WEIGHTS:
        return "the size of all models together"
    if len({_key(each.resolved, each.data) for each in members}) > 1:
        return "their data, which lead to different models or batches"
    return ""


def _key(resolved: Resolved, data: Dataset) -> str:
    """Return a key that is equal for runs that one program can train."""
    own = numbers(resolved.experiment)
    return program_key(resolved, data.train.x, resolved.batch_size(len(data.train)), own)


def _in_parts(members: Mapping[str, Prepared]) -> Stacks:
    return [{name: members[name] for name in part} for part in in_stacks(list(members))]
