"""An engine as the search sees it: by the numbers of the trials, past a change of the space too.

A search whose space was extended begins its engine anew; what was trained already is told at once.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nntrain.config.search.space import Values
from nntrain.errors import NNTrainError
from nntrain.search.engine import Proposal, SearchEngine, Waiting
from nntrain.search.ledger import Entry, Ledger, rebuild_entry


@dataclass
class Replay:
    """`first`: the trials before this number were proposed over another space. `asked`: the trials of the proposals.

    `key` is equal for sets of values that make the same trial.
    """

    engine: SearchEngine
    ledger: Ledger
    first: int = 0
    key: Callable[[Values], str] = json.dumps
    asked: list[int] = field(default_factory=list)
    _keys: dict[int, str] = field(default_factory=dict)  # of the trials before `first`

    def ask(self) -> Proposal | Waiting | None:
        """The next proposal that needs a training, its parent by the trial's number."""
        while isinstance(proposal := self.engine.ask(), Proposal):
            known = self._known(proposal)
            if known is None:
                self.asked.append(len(self.ledger.entries))
                parent = proposal.parent
                return proposal if parent is None else replace(proposal, parent=self.asked[parent])
            self.asked.append(known.number)
            self.engine.tell(len(self.asked) - 1, known.score, known.epochs)
        return proposal

    def report(self, entry: Entry, epoch: int, score: float) -> bool:
        """Whether the trial is to be stopped after this epoch."""
        return entry.number >= self.first and self.engine.report(self.asked.index(entry.number), epoch, score)

    def tell(self, entry: Entry) -> None:
        """How a trial ended."""
        if entry.number >= self.first:
            self.engine.tell(self.asked.index(entry.number), entry.score, entry.epochs)

    @property
    def ended(self) -> str:
        """Why there is nothing more to propose."""
        return self.engine.ended

    def _known(self, proposal: Proposal) -> Entry | None:
        """The trial of the former space that had these values and was trained in full."""
        former = [entry for entry in self.ledger.entries[: self.first] if entry.status == "done"]
        whole = [entry for entry in former if entry.proposal.epochs is None]
        if proposal.epochs is not None or not whole:
            return None
        wanted = self.key(proposal.values)
        return next((entry for entry in whole if self._key_of(entry) == wanted), None)

    def _key_of(self, entry: Entry) -> str:
        if entry.number not in self._keys:
            self._keys[entry.number] = self.key(entry.proposal.values)
        return self._keys[entry.number]


def replayed(
    engine: SearchEngine, ledger: Ledger, events: Sequence[Mapping[str, Any]], key: Callable[[Values], str]
) -> Replay:
    """The engine and the ledger as the journal left them; raises NNTrainError where the engine now differs."""
    last = max((place for place, event in enumerate(events, 1) if event["event"] == "extend"), default=0)
    for event in events[:last]:
        rebuild_entry(ledger, event)
    replay = Replay(engine, ledger, len(ledger.entries), key)
    for event in events[last:]:
        _repeat(replay, event)
    for entry in ledger.entries:
        if entry.status == "running":
            entry.status = "stopped"
    return replay


def _repeat(replay: Replay, event: Mapping[str, Any]) -> None:
    proposal = replay.ask() if event["event"] == "ask" else None
    entry = rebuild_entry(replay.ledger, event)
    if entry is None:
        return
    if event["event"] == "ask" and proposal != entry.proposal:
        message = f"the engine proposes other values for {entry.name} than it did before"
        raise NNTrainError(message, help="install the versions of then, or begin the search again")
    if event["event"] == "report" and replay.report(entry, event["epoch"], event["score"]) != event["stop"]:
        raise NNTrainError(f"the pruner judges {entry.name} otherwise than it did before")
    if event["event"] == "tell":
        replay.tell(entry)
