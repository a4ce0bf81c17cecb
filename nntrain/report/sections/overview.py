"""What was trained on what, how it ended, and what the user has noted on it; of several, a row for each."""

from collections.abc import Mapping, Sequence
from typing import Any

from nntrain.config.messages import counted
from nntrain.config.settings import differing, short_names
from nntrain.report.markup import Html, escaped, joined, table, terms
from nntrain.subject import Subject

TITLE = "Overview"
MOST_COLUMNS = 12  # settings in the table of several runs


def content(subjects: Sequence[Subject]) -> Html:
    """Return the sentence and the facts of one subject, or a table of several; then what could not be read."""
    parts = [_one(subjects[0])] if len(subjects) == 1 else []
    runs = [run for each in subjects for run in (each.runs if each.kind != "search" and each.runs else (each,))]
    if len(runs) > 1:
        parts.append(_table(runs, len(subjects) > 1))
    every = [one for each in subjects for one in (each, *each.runs)]
    parts += [Html(f"<p>{escaped(text)}</p>") for one in every for text in one.complaints]
    return joined(parts)


def _one(subject: Subject) -> Html:
    remarks = [str(note.get("text", "")) for note in subject.notes.get("notes", ())]
    facts = terms(
        (
            ("state", subject.state),
            ("kept", _kept(subject.summary)),
            ("trained for", _seconds(subject.summary)),
            ("begun", subject.first.environment.get("start")),
            ("tags", ", ".join(subject.notes.get("tags", ()))),
            *(("note", remark) for remark in remarks),
        )
    )
    return joined((Html(f"<p>{escaped(in_words(subject), 1_000)}</p>"), facts))


def in_words(subject: Subject) -> str:
    """Return what was trained on what: `A model of 3 layers (…) with 131 parameters was trained on iris …`."""
    settings, summary, run = subject.first.settings, subject.first.summary, subject.first
    layers = [name for name in str(settings.get("model", "")).split(", ") if name]
    named = f" ({', '.join(layers)})" if 0 < len(layers) <= 12 else ""
    model = f"a model of {counted(len(layers), 'layer')}{named}" if layers else "a model"
    trained = summary.get("parameters")
    if members := summary.get("members"):
        model = f"the mean of {counted(len(members), 'network')}, each {model},"
    if isinstance(trained, Mapping) and isinstance(trained.get("trainable"), int):
        model += f" with {counted(trained['trainable'], 'parameter')}"
    where = f" on {settings['data']}" if "data" in settings else ""
    rows = summary.get("rows")
    if isinstance(rows, Mapping) and isinstance(rows.get("train"), int):
        where += f" ({counted(rows['train'], 'row')})"
    with_ = f", with {settings['train.optimizer']}" if "train.optimizer" in settings else ""
    epochs = f" for {counted(len(run.rows), 'epoch')}" if run.rows else ""
    if subject.kind == "search":
        count = len(subject.trials)
        engine = f" by {subject.summary['engine']}" if "engine" in subject.summary else ""
        return f"A search of {counted(count, 'trial')}{engine}{where}; its best one trains {model}{epochs}{with_}."
    if subject.kind in ("seeds", "folds"):
        return f"{counted(len(subject.runs), 'run')} over {subject.kind}: {model}, trained{where}{epochs}{with_}."
    return f"{model[0].upper()}{model[1:]}, trained{where}{epochs}{with_}."


def _kept(summary: Mapping[str, Any]) -> str:
    if not summary.get("best_epoch"):
        return ""
    value = summary.get("best_value")
    by = f", {summary.get('monitor', '')} {value:.4f}" if value is not None and summary.get("save") == "best" else ""
    of = f" of {summary['epochs']}" if "epochs" in summary else ""
    return f"the {summary.get('save', 'best')} epoch, {summary['best_epoch']}{of}{by}"


def _seconds(summary: Mapping[str, Any]) -> str:
    return f"{summary['seconds']:,.1f} s" if "seconds" in summary else ""


def _table(runs: Sequence[Subject], several: bool) -> Html:
    """Return a row for each run: the values in which the configs differ, and how it went."""
    paths = differing([run.settings for run in runs])[:MOST_COLUMNS]
    names = short_names(paths, ("run", "state", "epochs", "seconds"))
    metric = _shared_metrics(runs)
    heads = ("run", *names.values(), *metric, "epochs", "seconds", "state")
    rows = [
        [
            _name(run, several),
            *(run.settings.get(path, "") for path in paths),
            *(_value(run, name) for name in metric),
            run.summary.get("epochs", len(run.rows) or ""),
            run.summary.get("seconds", ""),
            run.state,
        ]
        for run in runs
    ]
    return table("The runs, with the values in which their configs differ", heads, rows)


def _name(run: Subject, several: bool) -> str:
    path = run.directory.path
    is_member = run.kind == "run" and run.directory.is_member
    return f"{path.parent.name}/{path.name}" if several and is_member else path.name


def _shared_metrics(runs: Sequence[Subject]) -> list[str]:
    """Return the metrics of the validation split, or of the training split where a run has none."""
    every = [run.summary.get("metrics", {}) for run in runs]
    split = "validation" if all("validation" in one for one in every if one) and any(every) else "train"
    return list(dict.fromkeys(f"{split}.{name}" for one in every for name in one.get(split, {})))[:8]


def _value(run: Subject, name: str) -> Any:
    if run.kind == "search" and name == str(run.summary.get("objective", "")).replace("val_", "validation.", 1):
        return (run.summary.get("best") or {}).get("score", "")
    split, _, metric = name.partition(".")
    value = run.summary.get("metrics", {}).get(split, {}).get(metric, "")
    return "not finite" if value is None else value
