"""`nntrain watch`: a training or a search that runs, followed in the terminal or on a page."""

from collections.abc import Sequence
from functools import partial

from nntrain.cli import served_page
from nntrain.cli.requests import Watch
from nntrain.errors import ConfigError
from nntrain.report import live
from nntrain.storage.find_runs import Group, Search, find
from nntrain.storage.lock import is_locked
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Terminal
from nntrain.watching.follow import Look, follow
from nntrain.watching.progress import Progress

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
    return live.Seen(now.heads, read(directory), now.is_over)


def _look_at(directory: RunDir) -> Look:
    match directory:
        case Search():
            from nntrain.search.watching import look as look_at_search

            return look_at_search(directory)
        case Group():
            return _look_at_group(directory)
    return _look_at_run(directory)


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
    runs = [Progress.of(each, subject.name) for each in subject.runs]
    is_over = not is_locked(directory.path)
    running = next((each for each in runs if each.is_running), runs[-1] if runs else None)
    heads = [f"{subject.name}, {'' if is_over else 'running, '}{subject.state}", *(each.headline() for each in runs)]

    def lines(width: int, height: int, braille: bool) -> Sequence[str]:
        if running is None or is_over:
            return heads
        few = heads[: max(2, height // 3)]
        return [*few, "", *running.lines(width, height - len(few) - 1, braille)]

    ended = [each.headline() for each in runs if not each.is_running]
    return Look(lines, [*ended, heads[0]] if is_over else ended, is_over, heads)
