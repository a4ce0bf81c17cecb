"""A stored member of a zip archive is a file of its own, of which only what is asked for is read."""

import io
import zipfile

import pytest

from nntrain.storage.zip_member import stored_member


def archive(kind: int = zipfile.ZIP_STORED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as opened:
        opened.writestr("first", b"x" * 50)
        opened.writestr("numbers", bytes(range(100)))
        opened.writestr("last", b"y" * 50)
    return file


def test_a_member_is_read_and_searched_like_a_file() -> None:
    part = stored_member(archive(), "numbers")
    assert part.read(3) == b"\0\1\2" and part.tell() == 3
    assert part.seek(-2, io.SEEK_END) == 98 and part.read() == b"bc"
    assert part.read(5) == b""
    assert part.seek(10) == 10 and part.seek(5, io.SEEK_CUR) == 15 and part.read(1) == b"\x0f"
    assert part.seek(1000) == 1000 and part.read(1) == b""
    with pytest.raises(ValueError, match="no position -1"):
        part.seek(-1)


def test_a_compressed_member_and_one_that_is_missing_are_refused() -> None:
    with pytest.raises(zipfile.BadZipFile, match="`numbers` is compressed"):
        stored_member(archive(zipfile.ZIP_DEFLATED), "numbers")
    with pytest.raises(KeyError):
        stored_member(archive(), "none")
