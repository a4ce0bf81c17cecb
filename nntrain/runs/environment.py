"""Versions, device, processor and threads of a run: enough to explain why two runs differ."""

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nntrain import __version__
from nntrain.config import plugin

PACKAGES = ("tensorflow", "keras", "numpy", "pydantic", "PyYAML", "scikit-learn")
FEATURES = ("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "sve")


def describe() -> dict[str, Any]:
    """Return versions, device, CPU features, thread counts, git commit and the command, ready for JSON."""
    import tensorflow as tf

    gpus = tf.config.get_visible_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", "GPU") for gpu in gpus]
    return {
        "command": sys.argv,
        "start": now(),
        "python": platform.python_version(),
        "packages": packages(),
        "platform": platform.platform(),
        "device": ", ".join(names) or "CPU",
        "cpu": {"cores": os.cpu_count(), "model": _cpu("model name"), "features": _features()},
        "threads": {
            "inter_op": tf.config.threading.get_inter_op_parallelism_threads(),
            "intra_op": tf.config.threading.get_intra_op_parallelism_threads(),
            "available": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        },
        **_git_state(),
        "plugins": plugin.record(),
    }


def packages() -> dict[str, str | None]:
    """Return the versions of nntrain and of what it computes with."""
    return {"nntrain": __version__, **{name: installed(name) for name in PACKAGES}}


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def installed(package: str) -> str | None:
    """Return the version of an installed package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cpu(field: str) -> str:
    """Return a field of /proc/cpuinfo, else the name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), platform.processor())


def _features() -> list[str]:
    flags = set(_cpu("flags").split()) | set(_cpu("Features").split())
    return [name for name in FEATURES if name in flags]


def _git_state() -> dict[str, str | bool | None]:
    """Return the commit of the working directory, and whether files that git knows differ from it; None without git."""
    try:
        commit = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no", "--ignore-submodules")
    except (OSError, subprocess.SubprocessError):
        return {"git_commit": None, "git_dirty": None}
    return {"git_commit": commit, "git_dirty": bool(changed)}


def _git(*arguments: str) -> str:
    """Return what git says. The repository may be another user's, so no program that its settings name is started."""
    settings = ["core.fsmonitor=false", f"core.hooksPath={os.devnull}", *_without_filters()]
    return _git_with(settings, *arguments)


def _without_filters() -> list[str]:
    """Return settings that turn off the filters of files, which `git status` would start for a file that changed."""
    try:
        found = _git_with([], "config", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process|required)$")
    except subprocess.CalledProcessError:  # there are none
        return []
    names = found.splitlines()
    if any("=" in name for name in names):
        raise subprocess.SubprocessError("`git -c` cannot set this name")
    return [f"{name}={'false' * name.endswith('.required')}" for name in names]


def _git_with(settings: Sequence[str], *arguments: str) -> str:
    options = [word for setting in settings for word in ("-c", setting)]
    command = ["git", "--no-optional-locks", *options, *arguments]
    found = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=5, check=True)
    return found.stdout.strip()
