"""`nntrain watch`: a training or a search that runs, followed in the terminal."""

from collections.abc import Sequence
from functools import partial

from nntrain.cli.requests import Watch
from nntrain.storage.find_runs import Group, Search, find
from nntrain.storage.lock import is_locked
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Terminal
from nntrain.watching.follow import Look, follow
from nntrain.watching.progress import Progress


def run(request: Watch, terminal: Terminal) -> None:
    """Show the progress until the training ends; that of one that has ended once. It reads files alone."""
    match find(request.runs_dir, request.name):
        case Search() as search:
            from nntrain.search.watching import look as look_at_search

            follow(partial(look_at_search, search), terminal)
        case Group() as group:
            follow(partial(_look_at_group, group), terminal)
        case run_dir:
            follow(partial(_look_at_run, run_dir), terminal)


def _look_at_run(directory: RunDir) -> Look:
    progress = Progress.of(read(directory))
    return Look(progress.lines, _news(progress), not progress.is_running)


def _news(progress: Progress) -> list[str]:
    """Return a line for each epoch, and how the training ended."""
    of_all = f"/{progress.epochs}" if progress.epochs else ""
    rows = progress.rows
    lines = [f"epoch {int(row['epoch'] or 0)}{of_all}  {Progress(progress.name, '', [row]).last_row()}" for row in rows]
    return lines if progress.is_running else [*lines, progress.headline()]


def _look_at_group(directory: RunDir) -> Look:
    subject = read(directory)
    runs = [Progress.of(each) for each in subject.runs]
    is_over = not is_locked(directory.path)
    running = next((each for each in runs if each.is_running), runs[-1] if runs else None)
    heads = [f"{subject.name}, {'' if is_over else 'running, '}{subject.state}", *(each.headline() for each in runs)]

    def lines(width: int, height: int, braille: bool) -> Sequence[str]:
        if running is None or is_over:
            return heads
        few = heads[: max(2, height // 3)]
        return [*few, "", *running.lines(width, height - len(few) - 1, braille)]

    ended = [each.headline() for each in runs if not each.is_running]
    return Look(lines, [*ended, heads[0]] if is_over else ended, is_over)
