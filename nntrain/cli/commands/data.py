"""`nntrain data`: what is in a file, a folder, or the data of a config; nothing is trained."""

from pathlib import Path

from nntrain.beginning.built_in import CHOICES
from nntrain.cli import output_file
from nntrain.cli.options import RUNS_DIR
from nntrain.cli.requests import Data
from nntrain.config.load import load
from nntrain.errors import ConfigError, DataError
from nntrain.nearest import exists, near_path
from nntrain.runs.checked import checked
from nntrain.storage.find_runs import refuse_run
from nntrain.terminal import Terminal

_CONFIG = (".yaml", ".yml")


def run(request: Data, terminal: Terminal) -> None:
    """Print the rows, the columns with the rule that found their kind, the classes, and what is wrong."""
    file = Path(request.name)
    _refuse(request, file)
    if request.plot is not None:
        output_file.plot_format(request.plot, file)
    config = None
    if file.suffix in _CONFIG:
        config = checked(load(request.name, request.assignments or ()), terminal, RUNS_DIR)
    request.heavy().run(request, file, config, terminal)


def _refuse(request: Data, file: Path) -> None:
    """Raise DataError for a file that does not exist, and ConfigError for options that do not belong to it."""
    if not exists(file):
        help = (
            f"write `nntrain init {file}`, whose config shows them"
            if str(file) in CHOICES
            else near_path(file, request.name)
        )
        raise DataError(f"there is no file `{file}`", help=help)
    refuse_run(file)
    if request.assignments and file.suffix not in _CONFIG:
        raise ConfigError("`--set` sets values of a config, and this is none", help="name the YAML file of a config")
    if request.target and (file.suffix in (*_CONFIG, ".npz") or file.is_dir()):
        what = "the config names its target" if file.suffix in _CONFIG else "only tables have columns"
        raise ConfigError(f"`--target` names a column of a table; {what}", help="leave `--target` out")
