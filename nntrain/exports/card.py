"""The model card of an export: what the model is, what it was trained on, how good it is, and what is not known.

After Mitchell et al. 2019, "Model Cards for Model Reporting", https://arxiv.org/abs/1810.03993.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain.config.messages import counted
from nntrain.errors import one_line
from nntrain.evaluation.evaluate import Evaluation, in_words
from nntrain.exports.agreement import Agreement
from nntrain.exports.description import description
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.formats import Format
from nntrain.storage import run_files
from nntrain.terminal import shown_number

_MOST_NAMES, _MOST_LETTERS = 30, 2000


@dataclass(frozen=True)
class Card:
    """What a model card is about. `scored`: the model on its last split."""

    exported: ExportedRun
    options: Format
    agreement: Agreement
    scored: Evaluation
    licence: str

    def text(self, folder: Path) -> str:
        """Return the card as Markdown; the files are those in the folder."""
        run, options = self.exported.name, self.options
        parts = [
            f"# {_plain(run)}",
            f"A neural network that was trained by nntrain, exported as `{options.name}` in {options.precision}.",
            _table(("", ""), [("licence", self.licence or "not stated"), ("predicts", self._predicts())]),
            "## Files",
            _table(("file", "bytes"), [(name, f"{size:,}") for name, size in sizes(folder).items()]),
            "## Use",
            options.usage,
            *([_rows_and_outputs(self.exported)] if options.raw else []),
            f"{self.agreement.in_words()}.",
            "## Data and split",
            self._data(),
            "## Metrics",
            *self._metrics(),
            "## Limits",
            "\n".join(f"* {line}" for line in self._limits()),
            "## Config",
            _fenced(self.exported.run_dir.read_text(run_files.RESOLVED)),
            "## Versions",
            self._versions(),
        ]
        return "\n\n".join(parts) + "\n"

    def _predicts(self) -> str:
        schema = self.exported.saved.resolved.schema
        if schema.classes:
            return f"one of {counted(len(schema.classes), 'class')}: {_names(schema.classes)}"
        if schema.targets:
            return f"{'expected counts' if schema.counts else 'numbers'}: {_names(schema.targets)}"
        return counted(schema.target_count, "number")

    def _data(self) -> str:
        exported, schema = self.exported, self.exported.saved.resolved.schema
        source = exported.saved.resolved.experiment.data
        environment = exported.run_dir.read_json(run_files.ENVIRONMENT)
        rows = [
            ("source", source.called()),
            ("shape of a row", " x ".join(map(str, schema.shape))),
            ("type", exported.saved.dtype),
            ("columns", _names(schema.features)),
            *((f"rows of the {name} split", f"{len(split):,}") for name, split in exported.data.splits.items()),
            ("SHA-256", str(environment.get("data_sha256", "not known"))),
        ]
        return _table(("", ""), [row for row in rows if row[1]])

    def _metrics(self) -> Iterable[str]:
        found, summary = self.scored, self.exported.run_dir.read_json(run_files.SUMMARY)
        metrics: Mapping[str, Mapping[str, Any]] = summary.get("metrics", {})
        names = list(dict.fromkeys(name for split in metrics.values() for name in split))
        rows = [(split, *(_number(values.get(name)) for name in names)) for split, values in metrics.items()]
        yield _table(("split", *names), rows)
        around = f"{found.score} {found.value:.4f}, 95 % interval {in_words(found.interval)}"
        yield f"On the {found.split} split ({counted(found.rows, 'row')}): {around}. Intervals are by bootstrap."
        for title, columns, cells in found.tables(self.exported.name):
            if title in ("classes", "regression"):
                yield _table(columns, [[_number(cell) for cell in row] for row in cells])

    def _limits(self) -> Iterable[str]:
        exported = self.exported
        yield f"The metrics are those of rows like the training's; the {self.scored.split} split is of the same source."
        table = exported.saved.table
        if table is not None and any(column.kind == "category" for column in table.columns):
            yield "A category that no training row has counts as an unknown one; `schema.json` lists the known ones."
        if table is not None and not exported.saved.resolved.takes_missing:
            yield "It takes no missing values."
        if exported.saved.resolved.are_probabilities:
            yield "The probabilities were not calibrated."
        if exported.is_mixed:
            yield "It was trained in less than float32, so that its outputs are rounded."
        if self.options.precision != "float32":
            yield f"Its weights are {self.options.precision}, which changes what it predicts, see above."
        yield "Nothing is known of rows from elsewhere or later, nor of groups that the data do not tell apart."

    def _versions(self) -> str:
        environment = self.exported.run_dir.read_json(run_files.ENVIRONMENT)
        packages = environment.get("packages") or {}
        rows = [(name, version) for name, version in packages.items() if version]
        return _table(("trained with", ""), [*rows, ("on", environment.get("start", ""))])


def _rows_and_outputs(exported: ExportedRun) -> str:
    """Return what the model takes and gives, for a format that holds the model alone."""
    saved = exported.saved
    schema, output = saved.resolved.schema, description(exported)["output"]
    shape = ", ".join(["n", *map(str, schema.shape)])
    rows = f"`rows` are float32 of the shape ({shape})"
    if saved.table is not None:
        rows += ", with the `features` of `schema.json` in their order"
    if any(schema.sizes):
        rows += ". A category is its position in `categories`, or -1 where it is another one"
    if saved.resolved.takes_missing:
        rows += ". A missing value is NaN"
    if saved.dtype == "uint8":
        rows += ", with pixels from 0 to 255"
    what = f"a column for each of {_names(output['columns'])}"
    if "mirror" in output:
        what = f"one column s; above {output['threshold']:.7g} it is the second class, {_names(schema.classes[1:])}"
    needed = f". They still need a {output['activation']}" if output["activation"] else ""
    return _plain(f"{rows}. `outputs` have {what}{needed}.").replace("\\`", "`")


def sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of every file in a folder, by its path from there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _names(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _number(value: Any) -> str:
    return "" if value is None else shown_number(value)


def _plain(value: Any) -> str:
    """Return a text of a user on one line, with no meaning in Markdown or HTML."""
    text = one_line(str(value))[:_MOST_LETTERS]
    return "".join(f"\\{letter}" if letter in "\\|*_[]<>#`" else letter for letter in text)


def _table(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(
        f"| {' | '.join(str(cell) if index == 1 else _plain(cell) for cell in line)} |"
        for index, line in enumerate(lines)
    )


def _fenced(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}yaml\n{text.rstrip()}\n{fence}"
