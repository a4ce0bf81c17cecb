"""Files of other formats than the one that is read, told by their first bytes, and how to get at their content."""

import re
from pathlib import Path

_COMPRESSED = {
    b"\x1f\x8b": ("gzip", "gunzip"),
    b"BZh": ("bzip2", "bunzip2"),
    b"\xfd7zXZ\0": ("xz", "unxz"),
    b"\x28\xb5\x2f\xfd": ("zstd", "unzstd"),
}
LFS_POINTER = b"version https://git-lfs"
_OTHERS = {
    b"\x93NUMPY": ("an .npy array", "save it with `numpy.savez(file, x=x, y=y)`, and write `npz_file`"),
    b"PAR1": ("Parquet", "save it with `pandas.read_parquet(file).to_csv(other, index=False)`"),
    b"\x89HDF\r\n": ("HDF5", "save its arrays with `numpy.savez(file, x=x, y=y)`, and write `npz_file`"),
    b"\xd0\xcf\x11\xe0": ("an Excel workbook", "save it as CSV in the spreadsheet"),
    b"SQLite format 3": ("an SQLite database", "export its table as CSV"),
    b"%PDF": ("a PDF document", "give the table as CSV"),
    LFS_POINTER: ("a pointer of Git LFS, without the data", "run `git lfs pull`"),
}
_PAGES = (b"<!doctype html", b"<html", b"<?xml")
HEAD_BYTES = 64


def other_format(file: Path, head: bytes) -> tuple[str, str] | None:
    """Return what the file is instead, and a help; None where it may be text. head: its first HEAD_BYTES."""
    other = file.with_name(f"{file.stem}_text{file.suffix}")
    for start, (name, command) in _COMPRESSED.items():
        if head.startswith(start):
            if file.suffix in (".gz", ".bz2", ".xz", ".zst"):
                help = f"run `{command} {file}`, and write `path: {file.with_suffix('')}`"
            else:
                help = f"run `{command} -c {file} > {other}`, and write `path: {other}`"
            return f"is compressed with {name}", help
    for start, (name, help) in _OTHERS.items():
        if head.startswith(start):
            return f"is {name}", help
    if head.startswith(b"PK\x03\x04"):
        return _archive(file)
    if head.lstrip().lower().startswith(_PAGES):
        return "is a web page or XML", "download the file itself, as CSV"
    if re.match(rb"\s*\[\s*[\[{]", head):
        lines = file.with_suffix(".jsonl")
        command = f"pandas.read_json('{file}').to_json('{lines}', orient='records', lines=True)"
        return "is one JSON array, not an object a line", f"run `import pandas; {command}` in Python"
    zeros = sorted((head[::2].count(0), head[1::2].count(0)))  # in UTF-16 one of the two bytes of a letter
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or (zeros[0] == 0 and zeros[1] > len(head) // 4):
        return (
            "is text in UTF-16, not UTF-8",
            f"run `iconv -f UTF-16 -t UTF-8 {file} > {other}`, and write `path: {other}`",
        )
    return None


def _archive(file: Path) -> tuple[str, str]:
    if file.suffix == ".npz":
        return "is an .npz file", f"write `npz_file: {{path: {file}}}`"
    if file.suffix in (".xlsx", ".xlsm", ".ods"):
        return "is a spreadsheet", "save it as CSV in the spreadsheet"
    return "is a zip archive", f"run `unzip {file}`, and give the file that was in it"
