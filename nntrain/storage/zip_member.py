"""A member of a zip archive that is stored uncompressed: its place, and its bytes as a file."""

import io
import struct
import zipfile
from typing import Any, BinaryIO

_LOCAL = struct.Struct("<26x2H")  # the lengths of name and extra field in the header before the content


def member_offset(file: "BinaryIO | FilePart", info: zipfile.ZipInfo) -> int | None:
    """Return the offset in the archive of the member's content; None if it is compressed or encrypted.

    The lengths of name and extra field are those of the header before the content, at its bytes 26 to 29, and may
    differ from the directory's (APPNOTE.TXT 4.3.7). Raises struct.error where the file ends there.
    """
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        return None
    file.seek(info.header_offset)
    name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
    return int(info.header_offset + _LOCAL.size + name + extra)


def stored_member(file: "BinaryIO | FilePart", name: str) -> "FilePart":
    """Return a member as a file, without reading it; raises what zipfile raises, and BadZipFile if it is compressed."""
    with zipfile.ZipFile(file) as archive:
        info = archive.getinfo(name)
    offset = member_offset(file, info)
    if offset is None:
        raise zipfile.BadZipFile(f"`{name}` is compressed")
    return FilePart(file, offset, info.file_size)


class FilePart(io.RawIOBase):
    """The `size` bytes of a file that begin at `start`, as a file of their own."""

    def __init__(self, file: "BinaryIO | FilePart", start: int, size: int) -> None:
        self.file, self.start, self.size, self.position = file, start, size, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Change the position, and return it; raises ValueError before the begin."""
        position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        if position < 0:
            raise ValueError(f"there is no position {position}")
        self.position = position
        return position

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, to the end of the part at most; return the number of bytes."""
        room = memoryview(buffer).cast("B")[: max(0, self.size - self.position)]
        self.file.seek(self.start + self.position)
        count = self.file.readinto(room) if room else 0  # type: ignore[union-attr]
        self.position += count
        return int(count)
