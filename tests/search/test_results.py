"""What a search prints and keeps at its end."""

from collections.abc import Callable
from typing import Any


def test_the_best_trials_are_printed_in_a_table(finished: Any, resume: Callable[..., Any]) -> None:
    best = finished.summary["best"]
    done = resume()
    lines = done.out.splitlines()
    head, first = lines[3:5]  # below the table of the refit
    assert head.split() == ["trial", "val_accuracy", "epochs", "s/epoch", "units", "learning_rate"]
    assert first.split()[:3] == [best["run"], f"{best['score']:.4f}", "3"]
    *_, found, counts = lines
    assert found.startswith(f"best val_accuracy {best['score']:.4f}: {best['run']}, in runs/net/best.yaml, ")
    assert counts.startswith("4 trials, 12 epochs, ")
    assert counts.endswith(" s; all 4 trials are done; search in runs/net")


def test_only_the_best_model_is_kept(finished: Any, halved: Any) -> None:
    kept = [path.parent.name for path in finished.place.glob("trial-*/model.keras")]
    assert kept == [finished.summary["best"]["run"]]
    assert len(list(halved.place.glob("trial-*/model.keras"))) == len(halved.rows), "its config has `keep: all`"
