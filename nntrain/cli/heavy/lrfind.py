"""`nntrain lr-find`, from a config to the suggestion."""

from pathlib import Path

from nntrain.cli import output_file
from nntrain.cli.requests import LrFind
from nntrain.config.load import Config
from nntrain.plots import learning_rate_range
from nntrain.storage.atomic import write_file
from nntrain.terminal import Terminal
from nntrain.training.rate_finder import find_rate

_SHOWN = 12  # rows of the table


def run(request: LrFind, config: Config, terminal: Terminal) -> None:
    """Print the loss at rising rates and the `--set` line of the suggestion; draw its plot."""
    found = find_rate(config, request.steps)
    suggestion = found.suggestion if found.falls else None
    line = None if suggestion is None else f"{found.path}={suggestion:g}"
    series = {"rates": list(found.rates), "losses": list(found.losses), "smoothed": found.smoothed}
    terminal.event("lr_find", {"file": request.config, "suggestion": suggestion, "set": line, **series})
    every = max(1, len(found.rates) // _SHOWN)
    rows = [[f"{found.rates[at]:.2g}", found.smoothed[at]] for at in range(0, len(found.rates), every)]
    terminal.table("", ("learning rate", "loss"), rows)
    if suggestion is None:
        terminal.line("the loss does not fall at any rate: `nntrain doctor` may say why")
    else:
        terminal.line(f"the loss is lowest at {found.rates[found.lowest]:.2g}; a tenth of that is a good rate:")
        terminal.line(f"  --set {line}")
    if request.plot is not None:
        options = learning_rate_range.Options(
            found.rates, found.losses, found.smoothed, suggestion, Path(request.config).name
        )
        write_file(request.plot, learning_rate_range.draw(options, output_file.plot_format(request.plot)))
        terminal.line(f"plot in {request.plot}")
