"""What the formats of `nntrain export` have in common: their options, and what an export answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from nntrain import extensions
from nntrain.config.messages import close_names, listed
from nntrain.errors import ConfigError, need

if TYPE_CHECKING:
    import numpy as np

FOLDER = "exporters"
SCHEMA = "schema.json"
CARD = "model_card.md"
Precision = Literal["float32", "float16", "dynamic", "int8"]


@dataclass(frozen=True)
class Format:
    """The options of an exporter: in which precision it writes the weights.

    precisions: those that it has. file: what it writes into the folder. packages: what it needs, of the extra. usage:
    how the file is used, for the model card. raw: whether it holds the model alone, which takes rows of numbers.
    """

    precision: Precision = "float32"

    precisions: ClassVar[tuple[Precision, ...]] = ("float32",)
    file: ClassVar[str] = ""
    packages: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = ""
    usage: ClassVar[str] = ""
    raw: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The name of the format: that of its module."""
        return type(self).__module__.rpartition(".")[2]

    def refuse_missing(self) -> None:
        """Raise MissingPackage, with the command that installs them, unless all packages are installed."""
        need(f"--to {self.name}", *self.packages, extra=self.extra)

    def folder(self, run: str) -> Path:
        """Return the name of the folder of an export that is given none."""
        return Path("-".join([run, self.name, *([] if self.precision == "float32" else [self.precision])]))

    def refuse_file(self, output: Path) -> None:
        """Raise ConfigError for the name of a file where that of a folder is expected."""
        if (suffix := Path(self.file).suffix) and output.suffix == suffix:
            help = f"write `-o {output.with_suffix('')}`, in which `{self.file}` will be"
            raise ConfigError(f"`-o` names a new folder, and `{output}` looks like a file", help=help)


@dataclass(frozen=True)
class Answers:
    """What an export answered, (n, columns) scores as `Subject.scores` has them, and what `predict` does.

    runtime: the name and the version of what computed them. classes: the index of the class of each row, of a format
    that says it.
    """

    found: "np.ndarray"
    expected: "np.ndarray"
    runtime: str
    classes: Sequence[int] | None = None


_OTHERS = ("pytorch", "torch", "pt", "torchscript", "tensorrt", "coreml", "openvino", "caffe")
_MEANT = {
    **dict.fromkeys(_OTHERS, "write `onnx`, which other programs read"),
    **dict.fromkeys(("h5", "hdf5"), "write `keras`"),
    **dict.fromkeys(("tensorflow", "tf", "pb"), "write `saved_model`"),
    **dict.fromkeys(("tfjs", "js", "javascript", "web"), "write `html`"),
}


def format_of(name: str, precision: Precision | None) -> Format:
    """Return the options of the format of this name; raises ConfigError for an unknown one, or another precision."""
    names = extensions.names(FOLDER)
    if name not in names:
        help = _MEANT.get(name.lower()) or close_names(name, names) or f"use {listed(names)}"
        raise ConfigError(f"unknown format `{name}`", help=help)
    kind: type[Format] = extensions.load(FOLDER, name).Options
    chosen = precision or kind.precisions[0]
    if chosen not in kind.precisions:
        having = [other for other in names if chosen in extensions.load(FOLDER, other).Options.precisions]
        help = f"write `--to {having[0]} --precision {chosen}`" if having else "leave `--precision` out"
        raise ConfigError(f"`{name}` is written in {listed(kind.precisions)}, not in `{chosen}`", help=help)
    return kind(chosen)
