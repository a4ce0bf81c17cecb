"""`nntrain predict`, from a run and a file to the rows that are written."""

import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from nntrain.cli.requests import Predict
from nntrain.cli.standard_input import DASH, file_or_stdin
from nntrain.config.messages import counted
from nntrain.errors import printable
from nntrain.evaluation import predict, prediction_formats
from nntrain.evaluation.predict import Parts
from nntrain.evaluation.predictions import Predictions
from nntrain.storage.atomic import stream
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

Write = Callable[[Predictions], object]
MakeWriter = Callable[[BinaryIO], contextlib.AbstractContextManager[Write]]


def run(request: Predict, run_dir: RunDir, output: Path | None, terminal: Terminal) -> None:
    """Write the predictions to a file, or to stdout where `output` is None."""
    options = predict.PredictOptions(request.with_input, request.top or 0, request.mc_dropout or 0)
    writer = partial(prediction_formats.writer, prediction_formats.format_of(output, request.format))
    with file_or_stdin(request.file) as file:
        parts = Parts.of_run(run_dir, file, options)
        with _destination(request, output, run_dir, writer, terminal) as write:
            rows = _write(parts, write, file, request, terminal)
        for note in parts.notes:
            terminal.note(f"note: {note.replace(f'`{file}`', f'`{request.file}`')}")
    if output is not None:
        terminal.event("predict", {"run": str(run_dir), "file": str(output), "rows": rows})
        terminal.note(f"the predictions of {counted(rows, 'row')} are in {output}")


def _write(parts: Parts, write: Write, file: Path, request: Predict, terminal: Terminal) -> int:
    """Write every part, and return the number of rows. The bar would tear what is printed on the same terminal."""
    rows, to_screen = 0, request.output in (None, DASH) and sys.stdout.isatty()
    with contextlib.nullcontext(lambda share: None) if to_screen else terminal.bar("predicting") as show:
        for part in parts:
            write(part.renamed(str(file), str(request.file)))
            rows += len(part)
            show(part.done)
    return rows


@contextlib.contextmanager
def _destination(
    request: Predict, output: Path | None, run_dir: RunDir, writer: MakeWriter, terminal: Terminal
) -> Iterator[Write]:
    """Give the function that writes a part where it belongs."""
    if output is not None:
        with stream(output) as file, writer(file) as write:
            yield write
    elif request.json:
        yield lambda part: _events(part, run_dir, terminal)
    else:
        buffer = io.BytesIO()
        with writer(buffer) as write:
            yield lambda part: _print(part, write, buffer)


def _events(part: Predictions, run_dir: RunDir, terminal: Terminal) -> None:
    for row in part.rows():
        terminal.event("prediction", {"run": str(run_dir), "row": dict(zip(part.names, row, strict=True))})


def _print(part: Predictions, write: Write, buffer: io.BytesIO) -> None:
    write(part)
    text = buffer.getvalue().decode(errors="surrogateescape")
    buffer.seek(0)
    buffer.truncate()
    sys.stdout.write(printable(text, keep="\n\t") if sys.stdout.isatty() else text)
