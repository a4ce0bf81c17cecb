"""`nntrain init`: what is in a folder of images or a table."""

import os
import shlex
from pathlib import Path

from nntrain.beginning import images, table
from nntrain.beginning.facts import Facts
from nntrain.cli import ask
from nntrain.cli.commands.init import TargetOptions, without_target
from nntrain.config.messages import listed
from nntrain.errors import ConfigError, DataError
from nntrain.nearest import exists, near_path


def of_images(path: Path, written: str, config: Path, options: TargetOptions) -> Facts:
    """Return what is in a folder of images, or in the table of their labels."""
    if options.labels is None:
        return without_target(images.look(path, written), options)
    if options.task not in (None, "classification") or len(options.targets) > 1:
        raise ConfigError("images have classes, one for each", help="write `--target` once, and no `--task`")
    if not exists(options.labels):
        raise DataError(f"there is no file `{options.labels}`", help=near_path(options.labels, str(options.labels)))
    from_config = os.path.relpath(options.labels.absolute(), config.absolute().parent)
    labels = images.Labels(str(options.labels), from_config, *options.targets)
    return images.look(path, written, labels)


def of_table(path: Path, written: str, options: TargetOptions) -> Facts:
    """Return what is in a table, whose target a terminal is asked for. Raises DataError and ConfigError."""
    if not options.targets and not options.asks:
        raise without_targets(path)
    columns = table.columns_of(path)
    chosen = options.targets or [ask.one_of("the column to predict", dict.fromkeys(columns, ""), columns[-1])]
    return table.look(path, table.named_targets(path, columns, chosen), written, options.task)


def without_targets(path: Path) -> ConfigError:
    """Return the error of a table whose target is not given. Raises DataError for a file that is not a table."""
    columns = table.columns_of(path)
    help = f"write `{shlex.join(['--target', columns[-1]])}`, or another of its columns {listed(columns)}"
    return ConfigError(f"which column of `{path}` to predict is not given", help=help)
