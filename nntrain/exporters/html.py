"""A page for a browser."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain.exports.formats import Answers, Format
from nntrain.exports.web import engine

if TYPE_CHECKING:
    from nntrain.exports.exported_run import ExportedRun


@dataclass(frozen=True)
class Options(Format):
    """One page that runs the model in a browser, offline: a form for columns, a drop zone and a pad for images."""

    file = "index.html"
    raw = False
    usage = "Open `index.html` in a browser. It needs no server and no network, and sends nothing."

    def refuse_missing(self) -> None:
        """Raise MissingPackage where nothing runs JavaScript, to check the page with."""
        engine.refuse_missing()


def export(options: Options, exported: "ExportedRun", folder: Path) -> Answers:
    """Write the page, and run its JavaScript on rows: on the texts of a table, else on numbers."""
    from nntrain.exports.web import page, running

    file = folder / Options.file
    file.write_text(page.page(exported), encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="nntrain-") as temporary:
        return running.answers(exported, file, Path(temporary))
