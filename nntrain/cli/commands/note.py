"""`nntrain note`: what a user writes on a run, a group or a search; `nntrain runs` shows it."""

from nntrain.cli.requests import Note
from nntrain.config.messages import listed
from nntrain.errors import ConfigError
from nntrain.runs.environment import now
from nntrain.storage import run_files
from nntrain.storage.find_runs import find
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

_MOST_LETTERS = 10_000


def run(request: Note, terminal: Terminal) -> None:
    """Add the text and the tags to notes.json, or print what is there."""
    place = find(request.runs_dir, request.name)
    found = read(place)
    tags = request.tag or []
    if bad := [tag for tag in tags if not tag.strip() or len(tag.split()) > 1 or len(tag) > 100]:
        raise ConfigError(f"a tag is one word, got `{bad[0]}`", help="write `--tag baseline`")
    if request.text is not None and not 0 < len(request.text.strip()) <= _MOST_LETTERS:
        raise ConfigError(f"a note has 1 to {_MOST_LETTERS:,} letters", help='write `nntrain note RUN "what you saw"`')
    if request.text is not None:
        found["notes"] = [*found["notes"], {"time": now(), "text": request.text.strip()}]
    found["tags"] = [tag for tag in dict.fromkeys([*found["tags"], *tags]) if tag not in (request.untag or [])]
    if request.text is not None or tags or request.untag:
        place.write_json(run_files.NOTES, found)
    terminal.event("note", {"run": str(place), **found})
    for note in found["notes"]:
        terminal.line(f"{note.get('time', '')[:16].replace('T', ' ')}  {note['text']}")
    terminal.line(f"tags of {place}: {listed(found['tags'])}" if found["tags"] else f"{place} has no tags")


def read(place: RunDir) -> dict[str, list]:  # type: ignore[type-arg]
    """Return the notes and the tags of a run."""
    there = (place.path / run_files.NOTES).is_file()
    found = place.read_json(run_files.NOTES) if there else {}
    return {"notes": list(found.get("notes", [])), "tags": list(found.get("tags", []))}
