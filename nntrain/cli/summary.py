"""The printed summary of a run or a group, on the terminal or as JSON."""

import math
from typing import TYPE_CHECKING, Any

from nntrain.config.messages import counted
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, shown_number, titled

if TYPE_CHECKING:
    from nntrain.doctor.checkup import Diagnosis
    from nntrain.runs.experiment import Result


def show(result: "Result", terminal: Terminal) -> None:
    """Print the result of a run or a group."""
    if result.summary["kind"] != "run":
        show_group(result.summary, result.run_dir, terminal)
    else:
        show_run(result.summary, result.run_dir, terminal, result.diagnosis)


def show_run(
    summary: dict[str, Any], run_dir: RunDir, terminal: Terminal, diagnosis: "Diagnosis | None" = None
) -> None:
    """Print the metrics of every split, the test split's last, the best epoch, the run and what the doctor found."""
    if diagnosis is not None:
        terminal.event("doctor", {"run": str(run_dir), **diagnosis.findings_as_json()})
    terminal.event("summary", {"run": str(run_dir), **summary})
    metrics: dict[str, dict[str, float]] = summary["metrics"]
    names = list(metrics["train"])
    titles, counts = titled(names, summary.get("metric_classes", {})), summary["rows"]
    shown = {split: found for split, found in metrics.items() if split != "test"}
    rows = [[split, counts[split], *(found[name] for name in names)] for split, found in shown.items()]
    terminal.table("", ("split", "rows", *titles), rows)
    terminal.line(f"{_members(summary) if 'members' in summary else _kept_epoch(summary)}; {summary['stopped']}")
    if "test" in metrics:
        found = [f"{title} {shown_number(metrics['test'][name])}" for title, name in zip(titles, names, strict=True)]
        terminal.line(f"final test on {counted(counts['test'], 'row')}: {', '.join(found)}")
    terminal.line(f"{parameters_in_words(summary['parameters'])}, {summary['seconds']:.1f} s, run in {run_dir}")
    for line in () if diagnosis is None else diagnosis.lines(run_dir.path.name):
        terminal.line(line)
    run_dir.write_log(terminal.log)


def _kept_epoch(summary: dict[str, Any]) -> str:
    """Return which epoch's model is kept."""
    kept = "best epoch" if summary["save"] == "best" else "last epoch"
    value = "" if summary["best_value"] is None else f", {summary['monitor']} {summary['best_value']:.4f}"
    return f"{kept} {summary['best_epoch']} of {summary['epochs']}{value}"


def _members(summary: dict[str, Any]) -> str:
    """Return what one member of an ensemble scores alone, on the validation split where there is one."""
    members = list(summary["members"].values())
    split = "validation" if "validation" in summary["metrics"] else "train"
    losses = [float("nan") if (loss := each["metrics"][split]["loss"]) is None else loss for each in members]
    alone = f"{min(losses):.4f} to {max(losses):.4f}"
    epochs = sorted({each["epochs"] for each in members})
    trained = str(epochs[0]) if len(epochs) == 1 else f"{epochs[0]} to {epochs[-1]}"
    return f"{len(members)} members of {trained} epochs, with a {split} loss of {alone} each"


def parameters_in_words(counts: dict[str, int]) -> str:
    """Return `323 parameters (9 constants)`: those that the optimizer trains, and the others."""
    others = [f"{counts[kind]:,} {kind}" for kind in ("frozen", "statistics", "constants") if counts.get(kind)]
    learned = counted(counts["trainable"], "parameter")
    return f"{learned} ({', '.join(others)})" if others else learned


def show_group(summary: dict[str, Any], directory: RunDir, terminal: Terminal) -> None:
    """Print mean, standard deviation and interval of every metric over the runs."""
    terminal.event("summary", {"run": str(directory), **summary})
    first = next(iter(summary["runs"].values()))
    columns = ("split", "metric", "mean", "sd", "95 % from", "to", "runs")
    numbers = ("mean", "sd", "low", "high")
    rows = [
        [
            "final test" if split == "test" else split,
            *titled([name], first.get("metric_classes", {})),
            *("-" if math.isnan(found[key]) else found[key] for key in numbers),
            found["count"],
        ]
        for split, metrics in summary["statistics"].items()
        for name, found in metrics.items()
    ]
    terminal.table("", columns, rows)
    terminal.line(f"{counted(len(summary['runs']), 'run')} in {directory}")
