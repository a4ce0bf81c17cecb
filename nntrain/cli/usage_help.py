"""What a user meant by a command line that Typer refuses."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from nntrain import extensions
from nntrain.config import load
from nntrain.config.data import is_table
from nntrain.config.experiment import Experiment
from nntrain.config.train import Train
from nntrain.errors import NNTrainError
from nntrain.nearest import exists, nearest
from nntrain.storage.find_runs import all_runs, is_run

_COMMANDS = {
    "new": "init",
    "start": "init",
    "create": "init",
    "train": "fit",
    "run": "fit",
    "learn": "fit",
    "evaluate": "eval",
    "test": "eval",
    "score": "eval",
    "validate": "check",
    "lint": "check",
    "describe": "summary",
    "params": "summary",
    "infer": "predict",
    "search": "tune",
    "sweep": "tune",
    "continue": "resume",
    "restart": "resume",
    "reproduce": "repro",
    "show": "list",
    "layers": "list layers",
    "ls": "runs",
    "rm": "remove",
    "delete": "remove",
    "tag": "note",
    "gpus": "devices",
}
_OPTIONS = {"--gpu": "--device gpu", "--cpu": "--device cpu", "--out": "--output", "--fold": "--folds"}
_OF_TRAININGS = {  # options that `fit` and `tune` are looked for, which is what another option or command does
    "--resume": "nntrain resume RUN",
    "--continue": "nntrain resume RUN",
    "--dry-run": "nntrain check CONFIG --build",
    **dict.fromkeys(("-o", "--output", "--out", "--output-dir", "--save-dir", "--log-dir"), "--runs-dir FOLDER"),
    **dict.fromkeys(("-n", "--run-name", "--run"), "--name NAME"),
    **dict.fromkeys(("--gpus", "--num-gpus"), "--devices 2"),
}
_REQUIRED = {"to": "--to onnx", "local": "--local 2"}
_ARGUMENTS = {"--set": "train.epochs=5", "--plot": "plot.png", "--seeds": "5", "--folds": "5"}
_VALUES = {"cuda": "gpu", "nvidia": "gpu", "gpus": "gpu", "val": "validation", "dev": "validation"}
_WHOLE = "a whole number"


def reword(error: Any, words: Sequence[str]) -> str:
    """Put our words into an error of Typer, and return the help: the line that works, or how to see the options."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else " ".join(["nntrain", *_named(words)])
    message = str(getattr(error, "message", "") or "")
    if unknown := re.match(r"No such command '(.*?)'", message):
        error.message = f"No such command '{unknown[1]}'."
        return _command(unknown[1], words, getattr(getattr(context, "command", None), "commands", ()))
    if (name := getattr(error, "option_name", None)) and message.startswith("No such option"):
        error.message, error.possibilities = f"No such option: {name}", None
        return _option(name, words, command, context)
    if extra := re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", message):
        option, equals, value = extra[1].partition("=")
        line = (equals and _line(option, value, words)) or shlex.quote(extra[1])
        line = line if equals else _value_apart(extra[1], words)
        return f"write `--set {line}`" if line else f"run `{command} --help`"
    if name and "requires an argument" in message:
        return f"write `{name} {_ARGUMENTS[name]}`" if name in _ARGUMENTS else f"run `{command} --help`"
    if getattr(error, "param", None) is not None and not message:
        return _missing(error.param, words, command)
    if getattr(error, "param", None) is not None:
        return _value(error, message, words, command)
    return f"run `{command} --help`"


def _value_apart(value: str, words: Sequence[str]) -> str:
    """Return `path=value` for a value that stands apart from its path, as in `--set train.epochs 5`."""
    triples = zip(words, words[1:], words[2:], strict=False)
    path = next((path for option, path, last in triples if (option, last) == ("--set", value) and "=" not in path), "")
    return shlex.quote(f"{path}={value}") if path else ""


def _named(words: Sequence[str]) -> list[str]:
    """Return the name of the command, the first word that is not an option."""
    return [word for word in words if not word.startswith("-")][:1]


def _missing(param: Any, words: Sequence[str], command: str) -> str:
    """Return the help for an argument that is not given: for a config the first one of this folder, or of `configs`."""
    if example := _REQUIRED.get(str(param.name)):
        given = [word for word in words[1:] if param.name != "to" or word not in extensions.names("exporters")]
        formats = [word for word in words[1:] if word not in given]
        example = f"--to {formats[0]}" if formats else example
        return f"write `{command} {example} {shlex.join(given)}".rstrip() + "`"
    if str(getattr(param, "metavar", "")).startswith("RUN"):
        line = shlex.join([*command.split(), *_runs(param.metavar, command), *words[1:]])
        return f"write `{line}`; `nntrain runs` lists the runs"
    if getattr(param, "metavar", "") == "FILE":
        return f"write `{shlex.join([*command.split(), *words[1:], _first('*.csv') or 'rows.csv'])}`"
    if "config" not in str(param.name).lower():
        return f"run `{command} --help`"
    found = _first("*.yaml") or _first("configs/*.yaml") or "iris.yaml"
    return f"write `{command} {shlex.join([found, *words[1:]])}`"


def _runs(metavar: str, command: str) -> list[str]:
    """Return the last run in `runs`, or the last two where several may be given; no real one to be removed."""
    if command.endswith("remove"):
        return ["RUN"]
    places = [place.path for place in all_runs(Path("runs")) if place.path.parent == Path("runs")]
    there = [place.name for place in sorted(places, key=lambda place: place.stat().st_mtime, reverse=True)]
    return [*there, "A", "B"][:2] if metavar.endswith("...") else [*there, "RUN"][:1]


def _first(pattern: str) -> str:
    """Return the first file of this name below the working folder; nothing where there is none."""
    return next((str(path) for path in sorted(Path().glob(pattern))), "")


def _command(name: str, words: Sequence[str], known: Iterable[str]) -> str:
    rest = shlex.join(words[list(words).index(name) + 1 :]) if name in words else ""
    if name == "version":
        return "write `nntrain --version`"
    if name == "help":
        return f"write `nntrain {rest} --help`" if rest else "write `nntrain --help`"
    if exists(Path(name)) and is_table(name):
        return f"write `nntrain init {shlex.quote(name)}`, which writes a config for the table"
    if exists(Path(name)):
        return f"write `nntrain {'eval' if is_run(Path(name)) else 'fit'} {shlex.quote(name)}`"
    meant = _COMMANDS.get(name.lower()) or nearest(name, known) or _COMMANDS.get(nearest(name, _COMMANDS))
    return f"write `nntrain {meant} {rest}".rstrip() + "`" if meant else "run `nntrain --help`"


def _option(name: str, words: Sequence[str], command: str, context: Any) -> str:
    """Return the help for an unknown option, which may be one of the config."""
    plain = name.lstrip("-").replace("-", "_")
    options = [option for param in context.command.params for option in param.opts] if context else []
    if (meant := _OF_TRAININGS.get(name)) and "--no-plots" in options and "--name" in options:
        config = next((word for word in words if word.endswith((".yaml", ".yml"))), "CONFIG")
        return f"write `{meant.replace('CONFIG', shlex.quote(config))}`"
    if meant := _OPTIONS.get(name):
        return f"write `{meant}`"
    if behind := _behind(name, words, getattr(context and context.command, "commands", {})):
        return f"write `{behind}`"
    value = _given(name, words)
    if "--set" in options and plain.partition(".")[0] in Experiment.model_fields and "." in plain:
        return f"write `--set {shlex.quote(plain + '=' + (value or '...'))}`"
    if "--set" in options and (line := _line(plain, value, words)):
        return f"write `--set {line}`"
    if nearest(plain, ("config", "file", "run"), cutoff=0.7) and value:
        return f"write `{command} {shlex.quote(value)}`"
    close = nearest(name, [option for option in options if option.startswith("--")], cutoff=0.7)
    return f"write `{close}`" if close else f"run `{command} --help`"


def _behind(name: str, words: Sequence[str], commands: Mapping[str, Any]) -> str:
    """Return the line with the options of a command behind it that were written before it; nothing for others."""
    at = next((number for number, word in enumerate(words) if word in commands), 0)
    known = [option for param in commands[words[at]].params for option in param.opts] if at else []
    return shlex.join(["nntrain", *words[at:], *words[:at]]) if name in known else ""


def _line(option: str, value: str, words: Sequence[str]) -> str:
    """Return `path=value` for an option of the config that was written as one of the command; else nothing."""
    for config in (word for word in words if word.endswith((".yaml", ".yml"))):
        with suppress(NNTrainError):
            lines = load.lines_that_work(config, f"{option}={value}") if value else []
            return shlex.quote(lines[0]) if lines else ""
    close = nearest(option, Train.model_fields, cutoff=0.85)
    return f"train.{close}={value or '...'}" if close else ""


def _given(option: str, words: Sequence[str]) -> str:
    """Return the value that stands after an option."""
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if word == option and not after.startswith("--"):
            return after
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""


def _value(error: Any, message: str, words: Sequence[str], command: str) -> str:
    """Reword a value that an option does not take, and return the help."""
    option = next(iter(error.param.opts), "")
    value = _given(option, words)
    if choices := re.search(r"'(.*)' is not one of (.*?)\.?$", message):
        error.message = f"'{choices[1]}' is not one of {choices[2]}."
        names = re.findall(r"'([^']*)'", choices[2])
        close = _VALUES.get(choices[1].lower().partition(":")[0], "") or nearest(choices[1], names)
        return f"write `{option} {close if close in names else names[0]}`"
    if "valid integer" in message or "not a valid int" in message:
        error.message = f"'{value}' is not {_WHOLE}." if value else f"it takes {_WHOLE}."
        return f"write `{option} 2`"
    error.message = re.sub(r"^(Value error, |Input should be )", "", message)
    return f"run `{command} --help`"
