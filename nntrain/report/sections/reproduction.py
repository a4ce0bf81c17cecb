"""The commands that train it again, and the one that was given."""

import shlex
from collections.abc import Sequence

from nntrain.report.markup import Html, element, joined, preformatted
from nntrain.storage import run_files
from nntrain.subject import Subject, mapping

TITLE = "How to reproduce"
_INSTALLED = ("tensorflow", "keras", "numpy")  # whose versions change the bits


def content(subjects: Sequence[Subject]) -> Html:
    """Return the lines for each subject."""
    parts: list[Html] = []
    for subject in subjects:
        if lines := _lines(subject):
            parts += [element("h3", subject.name)] if len(subjects) > 1 else []
            parts.append(preformatted("\n".join(lines)))
    if parts:
        parts.append(
            element("p", "The same versions, device and number of threads give the same bits.", class_="quiet")
        )
    return joined(parts)


def _lines(subject: Subject) -> list[str]:
    path = shlex.quote(str(subject.directory.path))
    known, command = mapping(subject.first.environment.get("packages")), subject.first.environment.get("command")
    pins = [shlex.quote(f"{name}=={known[name]}") for name in _INSTALLED if known.get(name)]
    lines = ["pip install " + " ".join(pins)] if pins else []
    own = "".join(f" --plugin {shlex.quote(each['file'])}" for each in subject.first.environment.get("plugins", ()))
    if subject.kind == "run" and subject.settings:
        if subject.environment.get("exit_status") is not None:
            lines.append(f"nntrain repro {path}{own}   # trains again and compares")
        elif subject.state != "running":
            lines.append(f"nntrain resume {path}{own}   # trains the rest")
        lines.append(f"nntrain fit {path}/{run_files.RESOLVED}{own}")
    if subject.kind == "search" and (subject.directory.path / run_files.BEST).is_file():
        lines.append(f"nntrain fit {path}/{run_files.BEST}{own}")
    if isinstance(command, list) and len(command) > 1 and subject.kind != "search":
        lines.append("# as it was trained: nntrain " + shlex.join(str(word) for word in command[1:]))
    return lines
