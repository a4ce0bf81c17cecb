"""`nntrain export`, from a run that can be exported to what is printed."""

from pathlib import Path

from nntrain.cli.requests import Export
from nntrain.exports.formats import Format
from nntrain.exports.write import export
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal


def run(request: Export, run_dir: RunDir, options: Format, output: Path, terminal: Terminal) -> None:
    """Write the export, and print its files and how its predictions agree."""
    found = export(run_dir, options, output, request.licence or "")
    content = {"run": str(run_dir), "format": options.name, "precision": options.precision, "folder": str(output)}
    terminal.event("export", {**content, "files": found.files, "agreement": found.agreement.as_json()})
    terminal.line(found.agreement.in_words())
    terminal.table("", ("file", "bytes"), list(found.files.items()))
    terminal.line(f"exported {run_dir} to {output}")
