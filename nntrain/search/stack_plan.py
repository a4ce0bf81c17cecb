"""Which trainings of a search are one program, and whether that pays: as the journal and a dry run see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from nntrain.config.load import Config
from nntrain.config.search.load import search_of
from nntrain.config.traced import architecture, in_stacks, stack_obstacle
from nntrain.errors import ConfigError
from nntrain.search.engine import Proposal, SearchEngine, Waiting, make_engine
from nntrain.search.search_files import length_of, trial_config

WINDOW = 256  # proposals that are asked for at a time
MOST_PLANNED = 1024  # trials that a dry run looks at; it takes the rest of a longer search for similar
TRIAL_STEPS = 300  # what a trial takes beside its own steps, in steps of a small network (docs/log.md)
LEAST_STEPS = 1600  # of all trials together, which make up for tracing a stack

Training = TypeVar("Training")


def pays(members: int, steps: int) -> bool:
    """Return whether this many trials, of this many steps each, are faster as one program."""
    return members * (TRIAL_STEPS + steps) >= LEAST_STEPS


def key_of(config: Config, before: int) -> str:
    """Return a key that is equal for trainings of a window that may be one program.

    before: the epochs after which the training continues with another one.
    """
    return f"{before} {architecture(config.experiment)}"


def divided(planned: Sequence[tuple[Training, str]]) -> list[tuple[str, Sequence[Training]]]:
    """Return the trainings of a window, those with equal keys together, in as few parts as can be; "" is alone."""
    groups: dict[str, list[Training]] = {}
    for number, (training, key) in enumerate(planned):
        groups.setdefault(key or f"alone {number}", []).append(training)
    return [(key, part) for key, group in groups.items() for part in in_stacks(group)]


@dataclass(frozen=True)
class Planned:
    """A training that a search would do: its config and the epochs that it trains."""

    config: Config
    epochs: int


@dataclass(frozen=True)
class Part:
    """Trainings that may be one program, or one alone; key: equal where a program is reused."""

    key: str
    trainings: Sequence[Planned]

    @property
    def epochs(self) -> int:
        """The epochs of all of them."""
        return sum(each.epochs for each in self.trainings)


def parts(config: Config) -> list[Part]:
    """Return what the first trials of a search would be, none where no trainings are one program.

    An engine that promotes gets made-up scores.
    """
    search = search_of(config)
    tune = search.tune
    several = tune.engine.blind or tune.engine.promotes
    if stack_obstacle(config.experiment) or not (several or tune.trainings > 1):
        return []
    if not several:
        lengths = [(Proposal({}), 0, length_of(config, Proposal({})))]
        return _parts_of(config, lengths)
    most = min(tune.budget or MOST_PLANNED, MOST_PLANNED)
    windows = _windows(config, make_engine(search), most)
    return [part for window in windows for part in _parts_of(config, window)]


def _windows(config: Config, engine: SearchEngine, most: int) -> Iterator[list[tuple[Proposal, int, int]]]:
    """Yield the proposals of each window with the epochs before them and in total."""
    totals: list[int] = []
    while len(totals) < most:
        window: list[tuple[Proposal, int, int]] = []
        while len(window) < WINDOW and len(totals) < most:
            proposal = engine.ask()
            if proposal is None or isinstance(proposal, Waiting):
                break
            before = 0 if proposal.parent is None else totals[proposal.parent]
            totals.append(length_of(config, proposal))
            window.append((proposal, before, totals[-1]))
        if not window:
            return
        yield window
        for number in range(len(totals) - len(window), len(totals)):
            engine.tell(number, float(number), totals[number])


def _parts_of(config: Config, window: Sequence[tuple[Proposal, int, int]]) -> list[Part]:
    search = search_of(config)
    planned: list[tuple[Planned, str]] = []
    for proposal, before, total in window:
        for number in range(search.tune.trainings):
            try:
                one = trial_config(config, search, proposal, number)
            except ConfigError:  # it fails before it is trained
                break
            key = "" if stack_obstacle(one.experiment) else key_of(one, before)
            planned.append((Planned(one, total - before), key))
    return [Part(key, trainings) for key, trainings in divided(planned)]
