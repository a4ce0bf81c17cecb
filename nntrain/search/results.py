"""The results of a search that has ended: a summary, the best trials trained again, what is printed."""

from typing import Any

from nntrain.config.messages import counted
from nntrain.search import refit
from nntrain.search.runner import Runner
from nntrain.search.trial_table import paths_of
from nntrain.storage import run_files
from nntrain.terminal import Terminal, json_ready, shown_number


def finish(runner: Runner, reason: str, most: int, terminal: Terminal) -> None:
    """Write and print the results of a search that has a score; the best `most` trials are trained again."""
    if runner.search.tune.keep == "best" and (runner.replay.engine.ended or not runner.search.tune.engine.promotes):
        runner.folder.discard_models()
    directory = runner.folder.directory
    before = directory.read_json(run_files.SUMMARY) if (directory.path / run_files.SUMMARY).is_file() else {}
    summary = _summary(runner, reason, before.get("refit", {}) | refit.refit(runner, most, terminal))
    directory.write_json(run_files.SUMMARY, json_ready(summary))
    _show(runner, summary, terminal)


def _summary(runner: Runner, reason: str, refitted: dict[str, Any]) -> dict[str, Any]:
    entries, best = runner.ledger.entries, runner.ledger.ranked()[0]
    counts = {word: sum(entry.status == word for entry in entries) for word in ("done", "pruned", "failed")}
    metrics = {"score": best.score, "spread": best.spread, "epochs": best.epochs}
    return {
        "kind": "search",
        "engine": runner.search.tune.engine.called(),
        "objective": runner.search.metric,
        "direction": runner.search.direction,
        "epoch": runner.search.tune.epoch,
        "trials": len(runner.ledger.over()),
        **counts,
        "epochs": runner.ledger.epochs(),
        "best": {"run": best.name, "values": best.proposal.values, **metrics},
        "refit": refitted,
        "ended": reason,
        "seconds": runner.spent,  # as in the journal, so that they never decrease when a search is resumed
    }


def _show(runner: Runner, summary: dict[str, Any], terminal: Terminal) -> None:
    terminal.event("summary", {"run": str(runner.folder.directory), **summary})
    _show_table(runner, terminal)
    best = runner.ledger.ranked()[0]
    own = "the config as written" if best.number == 0 else "which `nntrain fit` trains"
    file = runner.folder.directory.path / run_files.BEST
    terminal.line(f"best {runner.search.metric} {shown_number(best.score)}: {best.name}, in {file}, {own}")
    counts = "".join(f", {summary[word]} {word}" for word in ("pruned", "failed") if summary[word])
    trials, epochs = counted(summary["trials"], "trial"), counted(summary["epochs"], "epoch")
    seconds = f"{summary['seconds']:.1f} s"
    terminal.line(f"{trials}{counts}, {epochs}, {seconds}; {summary['ended']}; search in {runner.folder.directory}")


def _show_table(runner: Runner, terminal: Terminal) -> None:
    from nntrain.search import ranking  # NumPy is not loaded before the config is known to be valid

    ranked = runner.ledger.ranked()
    paths = paths_of(runner.folder.trials(), runner.search.space)
    terminal.table("", *ranking.table(ranked, runner.search.metric, paths))
    if line := ranking.explanation(ranked, folds=bool(runner.search.tune.folds)):
        terminal.line(line)
