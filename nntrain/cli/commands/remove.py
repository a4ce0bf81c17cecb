"""`nntrain remove`: removes runs, groups and searches, but nothing that nntrain has not written."""

from nntrain.cli.requests import Remove
from nntrain.config.messages import counted, listed
from nntrain.errors import ConfigError, NNTrainError
from nntrain.storage.find_runs import find
from nntrain.storage.removal import remove
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

_SHOWN = 5  # names of files that are left


def run(request: Remove, terminal: Terminal) -> None:
    """Remove each; raises ConfigError for an unknown name before any is removed, NNTrainError for one that trains."""
    found = {str(place.path.resolve()): place for place in (find(request.runs_dir, name) for name in request.names)}
    for place in found.values():
        _refuse_part(place)
    for place in found.values():
        left = remove(place)
        terminal.event("removed", {"run": str(place), "left": left})
        terminal.line(f"removed {place}" if not left else f"removed the run in {place}")
        if left:
            files = counted(len(left), "file")
            terminal.note(f"note: left {files} that nntrain has not written: {listed(left[:_SHOWN])}")


def _refuse_part(place: RunDir) -> None:
    """Raise ConfigError for a run of a group or a search, whose summary counts it, and for a symbolic link."""
    if place.path.is_symlink():
        help = f"remove the link with `rm {place}`, or give the folder that it leads to"
        raise ConfigError(f"`{place}` is a symbolic link", help=help)
    try:
        above = find(place.path.parent.parent, place.path.parent.name)
    except NNTrainError:
        return
    if above.path != place.path:
        raise ConfigError(f"`{place}` belongs to `{above}`", help=f"remove all of it with `nntrain remove {above}`")
