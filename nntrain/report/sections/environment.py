"""Where it was trained: versions, device, processor, threads, commit."""

from collections.abc import Mapping, Sequence
from typing import Any

from nntrain.report.markup import Html, element, joined, terms
from nntrain.subject import Subject, mapping

TITLE = "Environment"


def content(subjects: Sequence[Subject]) -> Html:
    """Return the environment of each subject; one that is equal to the one before it is left out."""
    parts: list[Html] = []
    before = Html("")
    for subject in subjects:
        found = _facts(subject.first.environment)
        if found and found != before:
            parts += [element("h3", subject.name), found] if len(subjects) > 1 else [found]
        before = found
    return joined(parts)


def _facts(environment: Mapping[str, Any]) -> Html:
    if not environment:
        return Html("")
    packages, cpu, threads = (mapping(environment.get(name)) for name in ("packages", "cpu", "threads"))
    versions = {**packages, "Python": environment.get("python")}
    return terms(
        (
            ("versions", ", ".join(f"{name} {version}" for name, version in versions.items() if version)),
            ("device", environment.get("device")),
            ("devices", _above_one(environment.get("devices"))),
            ("workers", _above_one(environment.get("workers"))),
            ("processor", " with ".join(str(part) for part in (cpu.get("model"), _cores(cpu.get("cores"))) if part)),
            ("threads", ", ".join(f"{name} {count}" for name, count in threads.items())),
            ("system", environment.get("platform")),
            ("engine", ", ".join(str(environment[name]) for name in ("engine", "compile") if name in environment)),
            ("git commit", _commit(environment)),
        )
    )


def _commit(environment: Mapping[str, Any]) -> Any:
    changed = ", with files that differ from it" if environment.get("git_dirty") is True else ""
    return environment.get("git_commit") and f"{environment['git_commit']}{changed}"


def _above_one(value: Any) -> Any:
    return None if value == 1 else value


def _cores(count: Any) -> str:
    return f"{count} cores" if count else ""
