"""`nntrain watch`: a training or a search that runs, followed in the terminal or on a page."""

from dataclasses import replace
from functools import partial

from nntrain.cli import served_page
from nntrain.cli.requests import Watch
from nntrain.config.messages import counted
from nntrain.errors import ConfigError
from nntrain.report import live
from nntrain.report.sections.curves import MOST_NAMED
from nntrain.search.watching import look as look_at_search
from nntrain.storage import run_files
from nntrain.storage.find_runs import Group, Search, find
from nntrain.storage.lock import is_locked
from nntrain.storage.run_dir import RunDir
from nntrain.subject import Subject, members_of, read
from nntrain.terminal import Terminal
from nntrain.watching.follow import Look, follow
from nntrain.watching.progress import Progress
from nntrain.watching.several import Several

_PORT = 8766


def run(request: Watch, terminal: Terminal) -> None:
    """Show the progress until the training ends; that of one that has ended once. It reads files alone.

    With `html` a page shows it, until a signal comes.
    """
    directory = find(request.runs_dir, request.name)
    if request.html:
        _serve(directory, request.port, terminal)
    elif request.port is not None:
        raise ConfigError("`--port` is for a page", help="add `--html`")
    else:
        follow(partial(_look_at, directory), terminal)


def _serve(directory: RunDir, port: int | None, terminal: Terminal) -> None:
    with served_page.listening(port, _PORT) as listening:
        make = partial(live.Server, listening, directory.path.name, partial(seen_of, directory))
        served_page.serve(make, "watch", terminal)
    terminal.note("no longer watching; a training goes on")


def seen_of(directory: RunDir) -> live.Seen:
    """Return what the files of a run, a group or a search say now."""
    now = _look_at(directory)
    return live.Seen(now.heads, _with_mean(read(directory)), now.is_over, now.runs)


def _with_mean(subject: Subject) -> Subject:
    """Return a group or an ensemble with the mean of its runs as the first of them; another subject as it is."""
    is_ensemble = subject.directory.is_ensemble
    runs = members_of(subject.directory) if is_ensemble else () if subject.kind == "search" else subject.runs
    several = Several("", [Progress.of(each) for each in runs], "member" if is_ensemble else "run")
    begun = [each for each in several.runs if each.rows]
    if not 2 <= len(begun) < MOST_NAMED:
        return replace(subject, runs=runs or subject.runs)
    mean = several.mean(several.running or begun)
    return replace(subject, runs=(replace(runs[0], directory=subject.directory, name=mean.name, rows=mean.rows), *runs))


def _look_at(directory: RunDir) -> Look:
    match directory:
        case Search():
            return look_at_search(directory)
        case Group():
            return _look_at_group(directory)
    return _look_at_ensemble(directory) if directory.is_ensemble else _look_at_run(directory)


def _look_at_run(directory: RunDir) -> Look:
    progress = Progress.of(read(directory))
    return Look(progress.lines, _news(progress), not progress.is_running, [progress.headline(), progress.last_row()])


def _news(progress: Progress) -> list[str]:
    """Return a line for each epoch, and how the training ended."""
    of_all = f"/{progress.epochs}" if progress.epochs else ""
    rows = progress.rows
    lines = [f"epoch {int(row['epoch'] or 0)}{of_all}  {Progress(progress.name, '', [row]).last_row()}" for row in rows]
    return lines if progress.is_running else [*lines, progress.headline()]


def _look_at_group(directory: RunDir) -> Look:
    subject = read(directory)
    is_over = not is_locked(directory.path)
    title = f"{subject.name}, {'' if is_over else 'running, '}{subject.state}"
    as_one = bool(directory.read_json(run_files.GROUP).get("stack"))
    several = Several(title, [Progress.of(each, subject.name) for each in subject.runs], as_one=as_one)
    return _look_at_several(several, is_over)


def _look_at_ensemble(directory: RunDir) -> Look:
    subject = read(directory)
    of = counted(len(directory.read_json(run_files.ENSEMBLE).get("members", {})), "member")
    title = f"{subject.name}, an ensemble of {of}, {subject.state}"
    as_one = bool(directory.read_json(run_files.ENSEMBLE).get("stack"))
    several = Several(title, [Progress.of(each, subject.name) for each in members_of(directory)], "member", as_one)
    return _look_at_several(several, subject.state != "running")


def _look_at_several(several: Several, is_over: bool) -> Look:
    """Return the lines of runs; news: of those that began as one the means, then each that has ended."""
    means = _means(several) if several.as_one else []
    news = [*means, *(each.headline() for each in several.runs if not each.is_running)]
    return Look(several.lines, [*news, several.title] if is_over else news, is_over, several.heads(), several.each())


def _means(several: Several) -> list[str]:
    """Return a line for each epoch, of the means over the runs."""
    runs = [each for each in several.runs if each.rows]
    mean = several.mean(runs) if runs else Progress("", "", ())
    of_all = f"/{mean.epochs}" if mean.epochs else ""
    rows = [(row["epoch"], Progress("", "", [row]).last_row()) for row in mean.rows]
    return [f"epoch {int(epoch or 0)}{of_all}, {mean.name}  {values}" for epoch, values in rows]
