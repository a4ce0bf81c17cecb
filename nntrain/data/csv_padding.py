"""Empty columns without a name at the right of a table, as spreadsheets write them: `a,b,target,,,`."""

import re
from pathlib import Path as FilePath


def without_padding(path: FilePath, separator: str, target: FilePath) -> int:
    """Write the table to `target` without the columns at its right that have no name and no cell; return how many.

    0 where there are none, or where a row has a cell there; `target` is then of no use. Lines keep their numbers.
    """
    sign = re.escape(separator.encode())
    with path.open("rb") as source:
        header = source.readline().rstrip(b"\r\n")
        found = re.search(rb"(?<!%b)(?:%b *)+$" % (sign, sign), header)
        if found is None or not found.start() or b"\r" in header or header.count(b'"') % 2:
            return 0
        count = found[0].count(separator.encode())
        end = re.compile(rb"(?:%b *){%d}(\r?\n?)$" % (sign, count))
        source.seek(0)
        is_open = False
        with target.open("wb") as plain:
            for line in source:
                is_open ^= bool(line.count(b'"') % 2)
                cut, is_padded = (line, 1) if is_open or not line.strip() else end.subn(rb"\1", line)
                if not is_padded:
                    return 0
                plain.write(cut)
    return count
