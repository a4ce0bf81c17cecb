"""An engine and a ledger rebuilt from the journal, by the numbers of the trials; a new space begins a new engine."""

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
    """An engine with the trials that it has proposed."""

    engine: SearchEngine
    ledger: Ledger
    first: int = 0  # the trials before this number were proposed over another space
    key: Callable[[Values], str] = json.dumps  # equal for sets of values that make the same trial
    asked: list[int] = field(default_factory=list)  # the number of the trial of each proposal
    _keys: dict[int, str] = field(default_factory=dict)  # of the trials before `first`

    def ask(self) -> Proposal | Waiting | None:
        """Return the next proposal that needs a training, with the trial's number of its parent."""
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
        """Return whether to stop the trial after this epoch."""
        return entry.number >= self.first and self.engine.report(self.asked.index(entry.number), epoch, score)

    def tell(self, entry: Entry) -> None:
        """Pass on how a trial ended."""
        if entry.number >= self.first:
            self.engine.tell(self.asked.index(entry.number), entry.score, entry.epochs)

    def _known(self, proposal: Proposal) -> Entry | None:
        """Return the trial of the former space that has these values and was trained in full."""
        done = [entry for entry in self.ledger.entries[: self.first] if entry.status == "done"]
        whole = [entry for entry in done if entry.proposal.epochs is None]
        if proposal.epochs is not None or not whole:
            return None
        self._keys |= {one.number: self.key(one.proposal.values) for one in whole if one.number not in self._keys}
        same = self.key(proposal.values)
        return next((entry for entry in whole if self._keys[entry.number] == same), None)


def replayed(
    engine: SearchEngine, ledger: Ledger, events: Sequence[Mapping[str, Any]], key: Callable[[Values], str]
) -> Replay:
    """Return the engine and the ledger as the journal ends; raises NNTrainError where the engine now differs."""
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
        message = f"the engine proposes other values for {entry.name} than before"
        raise NNTrainError(message, help="install the versions that the search began with, or begin it again")
    if event["event"] == "report" and replay.report(entry, event["epoch"], event["score"]) != event["stop"]:
        raise NNTrainError(f"the pruner decides about {entry.name} otherwise than before")
    if event["event"] == "tell":
        replay.tell(entry)
