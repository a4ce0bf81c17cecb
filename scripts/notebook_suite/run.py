"""Runs notebooks in a kernel of Jupyter and writes their outputs, without what belongs to this machine.

scripts/notebooks [docs/tutorial.ipynb ...]
"""

import argparse
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
MOST_BYTES = 400_000  # of a notebook
SECONDS = 300  # of a cell
_PLACE = re.compile(r"^/\S+:\d+: (?=\w+Warning: )", re.MULTILINE)


def run(notebook: Path) -> None:
    """Run the cells in a copy of the folder, and write the notebook; raises where a cell fails."""
    book = nbformat.read(notebook, as_version=4)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "docs")
        shutil.copytree(ROOT / "docs", folder, ignore=shutil.ignore_patterns("runs", "*.ipynb", "images"))
        NotebookClient(
            book, timeout=SECONDS, coalesce_streams=True, resources={"metadata": {"path": str(folder)}}
        ).execute()
    for cell in book.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [_kept(output) for output in cell.outputs]
    text = nbformat.writes(book, indent=1) + "\n"
    for place in (name, str(Path.home()), str(ROOT)):
        if place in text:
            raise ValueError(f"{notebook}: `{place}` is in the outputs")
    if len(text) > MOST_BYTES:
        raise ValueError(f"{notebook}: {len(text):,} bytes are more than {MOST_BYTES:,}")
    notebook.write_text(text, encoding="utf-8")
    print(f"{notebook.relative_to(ROOT)}: {len(text):,} bytes")


def _kept(output: Any) -> Any:
    """Return an output without what changes from run to run: metadata, and the place of a warning."""
    output.get("metadata", {}).clear()
    if output.output_type == "stream":
        output.text = _PLACE.sub("", output.text)
    return output


def main() -> None:
    """Run the given notebooks, or all of docs/."""
    parser = argparse.ArgumentParser()
    parser.add_argument("notebooks", nargs="*", type=Path)
    given = parser.parse_args().notebooks or sorted((ROOT / "docs").glob("*.ipynb"))
    for notebook in given:
        run(notebook.resolve())


if __name__ == "__main__":
    main()
