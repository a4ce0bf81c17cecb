"""`nntrain init`: write a first config for a file, a folder of images, or data that come with nntrain."""

import json
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from nntrain import extensions
from nntrain.beginning import built_in
from nntrain.beginning.compose import config_text
from nntrain.beginning.facts import Facts
from nntrain.cli import ask
from nntrain.cli.output_file import refuse
from nntrain.cli.requests import Init
from nntrain.config import json_schema
from nntrain.config.data import TABLES, Source
from nntrain.config.messages import listed
from nntrain.errors import ConfigError, DataError, MissingPackage, Problem
from nntrain.nearest import exists, near_path, nearest
from nntrain.storage.atomic import write_text
from nntrain.storage.find_runs import refuse_run
from nntrain.storage.home import expanded
from nntrain.terminal import Terminal

FOLDER = "beginning.templates"
_BY_KIND = {"table": "mlp", "numbers": "mlp", "images": "cnn-small"}
_ARRAYS = (".npz", ".npy")


def templates(kind: str = "") -> dict[str, str]:
    """Return the templates that fit a kind of data, or all of them, each with what it is."""
    found = {}
    for module in (extensions.load(FOLDER, name) for name in extensions.names(FOLDER)):
        if not kind or kind in module.FITS:
            found[module.__name__.rpartition(".")[2].replace("_", "-")] = (module.__doc__ or "").strip()
    return found


def run(request: Init, terminal: Terminal) -> None:
    """Write the config; raises ConfigError for a name that is wrong or taken, DataError for data that are."""
    asks = not request.json and sys.stdin.isatty() and sys.stderr.isatty()
    if request.template is not None:
        _refuse_unknown_template(request.template, templates())
    source = request.file or _source(asks)
    config = request.output or Path(f"{_stem(source)}.yaml")
    options = TargetOptions(request.target or (), request.task, request.labels, asks)
    _refuse_names(request, config, source, options)
    facts = _facts(request, source, config, options)
    template = request.template or _template(facts, asks)
    _refuse_unknown_template(template, templates(facts.kind), facts)
    draft = extensions.load(FOLDER, template.replace("-", "_")).draft(facts)
    _refuse_taken(config)  # by now a user may have taken time to answer
    schema = config.with_name(json_schema.FILE)
    title = _title(schema)
    named = schema.name if title is None or title.startswith(json_schema.TITLE) else ""
    write_text(config, config_text(shlex.quote(str(config)), facts, draft, named))
    _report(config, template, facts, terminal)
    if title in (None, json_schema.TITLE):  # one with the classes of a plug-in stays
        write_text(schema, json_schema.text())
        terminal.note(f"{schema} lets an editor complete and check it")


def _source(asks: bool) -> str:
    if not asks:
        choices = listed(built_in.CHOICES)
        raise ConfigError("there is no file to begin with", help=f"write `nntrain init data.csv`, or one of {choices}")
    return ask.one_of(
        "the data, one of these or the path of your own table or folder of images", built_in.CHOICES, "iris", True
    )


def _stem(source: str) -> str:
    """Return the name of the data, which the config gets: `titanic` for `titanic.csv.gz`."""
    path = expanded(source).absolute()
    return path.name if path.is_dir() else Path(path.name.removesuffix(".gz")).stem or "config"


def _refuse_names(request: Init, config: Path, source: str, options: "TargetOptions") -> None:
    """Raise ConfigError for a config that is there already, and with it for a target that is not given."""
    try:
        _refuse_taken(config)
    except ConfigError as error:
        path, others = expanded(source), tuple[Problem, ...]()
        if path.is_file() and path.suffix.lower() not in _ARRAYS and not options.targets and not options.asks:
            with suppress(DataError, MissingPackage):
                others = request.heavy().without_targets(path).problems
        raise ConfigError(problems=[*error.problems, *others]) from None


def _refuse_taken(config: Path) -> None:
    refuse(config, example="config.yaml")
    if config.suffix not in (".yaml", ".yml"):
        raise ConfigError(
            f"the config `{config}` is not named as YAML", help=f"write `-o {shlex.quote(str(config))}.yaml`"
        )
    if config.exists() or config.is_symlink():
        free = next(
            path for number in range(2, 10**6) if not exists(path := config.with_stem(f"{config.stem}-{number}"))
        )
        raise ConfigError(f"`{config}` exists, and is not overwritten", help=f"write `-o {shlex.quote(str(free))}`")


def _title(schema: Path) -> str | None:
    """Return the title of the schema in a file, "" of a file that is none, None where nothing has the name."""
    if not (schema.exists() or schema.is_symlink()):
        return None
    try:
        found = json.loads(schema.read_text(encoding="utf-8")) if schema.is_file() else {}
    except (OSError, ValueError):
        return ""
    return str(found.get("title", "")) if isinstance(found, dict) else ""


class TargetOptions(NamedTuple):
    """What the command line says about the target, and whether the terminal is asked for it.

    labels: a table of the images of a folder, whose classes are a target too.
    """

    targets: Sequence[str]
    task: str | None
    labels: Path | None
    asks: bool


def _facts(request: Init, source: str, config: Path, options: TargetOptions) -> Facts:
    """Return what is in the data. Raises DataError for data that are none, ConfigError for an unknown target."""
    path = expanded(source)
    if not exists(path) and source in built_in.CHOICES:
        _refuse_labels(source, options)
        return without_target(built_in.look(source), options)
    if not exists(path):
        raise DataError(f"there is no file `{source}`", help=_help_for_missing(path, source))
    refuse_run(path)
    if path.suffix.lower() in (".yaml", ".yml"):
        raise ConfigError(f"`{source}` is a config, not data", help=f"write `nntrain fit {shlex.quote(source)}`")
    if path.suffix.lower() in _ARRAYS:
        help = "write a config with `data: {npz_file: {path: ...}}`, or `nntrain init` with a table or a folder"
        raise ConfigError(f"`{source}` holds arrays, which `init` does not look at", help=help)
    written = os.path.relpath(path.absolute(), config.absolute().parent)
    if path.is_dir():
        found: Facts = request.heavy().of_images(path, written, config, options)
    else:
        _refuse_labels(source, options)
        found = request.heavy().of_table(path, written, options)
    return found


def _help_for_missing(path: Path, source: str) -> str:
    if path.suffix:
        return near_path(path, source)
    if close := nearest(source, built_in.CHOICES):
        return f"write `{close}`"
    return Source.absent.get(source) or near_path(path, source, TABLES)


def _refuse_labels(source: str, options: TargetOptions) -> None:
    if options.labels is not None:
        raise ConfigError(f"`--labels` is for a folder of images, and `{source}` is none", help="remove it")


def without_target(facts: Facts, options: TargetOptions) -> Facts:
    """Return the facts; raises ConfigError for options that only a table has."""
    for option, given in (("--target", options.targets), ("--task", options.task)):
        if given:
            raise ConfigError(f"`{option}` is for a table: these data say themselves what to predict", help="remove it")
    return facts


def _template(facts: Facts, asks: bool) -> str:
    known = templates(facts.kind)
    return ask.one_of("the template", known, _BY_KIND[facts.kind]) if asks else _BY_KIND[facts.kind]


def _refuse_unknown_template(name: str, known: Mapping[str, str], facts: Facts | None = None) -> None:
    if name not in known:
        close = nearest(name, known) if facts is None else ""
        what = "there is no template" if facts is None else f"{_KINDS[facts.kind]} have no template"
        help = f"write `--template {close}`" if close else f"write one of {listed(known)}"
        raise ConfigError(f"{what} `{name}`", help=help)


_KINDS = {"table": "tables", "numbers": "these data", "images": "images"}


def _report(config: Path, template: str, facts: Facts, terminal: Terminal) -> None:
    """Say what was written, and what to do next."""
    shown, run = shlex.quote(str(config)), shlex.quote(config.stem)
    steps = {
        f"nntrain data {shown}": "shows what is in the data",
        f"nntrain fit {shown}": "trains it",
        f"nntrain eval {run} --baselines": "compares it with simple models",
        f"nntrain check {shown} --build": "shows columns and layers",
    }
    terminal.event("init", {"config": str(config), "template": template, "kind": facts.kind, "next": list(steps)})
    for note in facts.notes:
        terminal.note(" ".join(note.split()))
    terminal.line(f"{config} is written, by the template `{template}`")
    for step, why in steps.items():
        terminal.line(f"  {step}  # {why}")
