"""The runs of a treatment, found by what environment.json holds of each from its first moment on.

The first has `given`: its config as the user wrote it, with `--set`. A treatment has `cure`, and as `treats` the key of
the run that it treats. When the last one has ended, the first has `best`, the name of the best of all.
"""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from nntrain.config.load import Config, from_document, refuse_other_plugins
from nntrain.document import yaml_file
from nntrain.errors import NNTrainError
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir

MOST_CURES = 3  # trainings after the first


def given(config: Config, name: str) -> dict[str, Any]:
    """Return what environment.json holds of the first run, from which its config is read again by `config_of`."""
    folder = str(Path(config.document.file).absolute().parent)
    return {"given": {"config": yaml_file.dump(config.document.tree), "folder": folder, "name": name}}


def cure_of(treated: RunDir, cure: dict[str, Any]) -> dict[str, Any]:
    """Return what environment.json holds of a treatment; cure: the finding whose assignments it tries."""
    tried = {"of": treated.path.name, "disease": cure["disease"], "set": cure["set"]}
    return {"cure": tried, "treats": treated.key()}


def first_of(run_dir: RunDir) -> RunDir | None:
    """Return the first run of the treatment that a run belongs to.

    None for any other run, and where a run of the treatment before this one is not in the folder any more.
    """
    run_dir = run_dir if run_dir.path.name else RunDir(run_dir.path.absolute())
    for _ in range(MOST_CURES + 1):
        found = run_dir.read_json(run_files.ENVIRONMENT)
        if "given" in found:
            return run_dir
        before = [] if "treats" not in found else _beside(run_dir, "run_key", found["treats"])
        if not before:
            return None
        run_dir = before[0]
    return None


def config_of(first: RunDir) -> Config:
    """Return the config of the first run as the user gave it; raises ConfigError where it is not valid any more."""
    refuse_other_plugins(first)
    found = first.read_json(run_files.ENVIRONMENT, "given")["given"]
    document = yaml_file.parse(found["config"], str(Path(found["folder"], run_files.RESOLVED)))
    data = first.read_text(run_files.CONFIG).encode()
    return from_document(replace(document, values={}, keys={}, data=data))


def treatment_of(treated: RunDir, cure: dict[str, Any]) -> RunDir | None:
    """Return the run that was begun as this treatment of a run."""
    found = [(run, run.read_json(run_files.ENVIRONMENT)) for run in _beside(treated, "treats", treated.key())]
    return next((run for run, noted in found if noted.get("cure", {}).get("set") == cure["set"]), None)


def note_tried(treated: RunDir, treatment: RunDir, cure: dict[str, Any]) -> None:
    """Write to environment.json of a run that a treatment of it has ended, so that its removal is noticed."""
    tried = {"run": treatment.path.name, "set": cure["set"]}
    others = [each for each in treated.read_json(run_files.ENVIRONMENT).get("tried", ()) if each["set"] != cure["set"]]
    note(treated, tried=[*others, tried])


def lost(treated: RunDir, cure: dict[str, Any]) -> str:
    """Return the name of the run that was this treatment of a run and was removed; "" where there was none."""
    tried = treated.read_json(run_files.ENVIRONMENT).get("tried", ())
    return next((str(each["run"]) for each in tried if each["set"] == cure["set"]), "")


def best_of(first: RunDir) -> RunDir | None:
    """Return the best run of a treatment that has ended; None where it was removed."""
    name = first.read_json(run_files.ENVIRONMENT).get("best")
    best = None if name is None else RunDir(first.path.parent / name)
    return best if best is not None and best.path.is_dir() else None


def note(run_dir: RunDir, **facts: Any) -> None:
    """Write facts to environment.json of a run that has ended."""
    run_dir.write_json(run_files.ENVIRONMENT, {**run_dir.read_json(run_files.ENVIRONMENT), **facts})


def _beside(run_dir: RunDir, field: str, value: Any) -> list[RunDir]:
    """Return the runs of the same folder with this value in environment.json."""
    found = []
    for file in sorted(run_dir.path.parent.glob(f"[!.]*/{run_files.ENVIRONMENT}")):
        with contextlib.suppress(NNTrainError):
            if RunDir(file.parent).read_json(run_files.ENVIRONMENT).get(field) == value:
                found.append(RunDir(file.parent))
    return found
