"""Files that others publish: where they are looked for, how they are checked, and that they are downloaded once."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from nntrain.data.published_files import PublishedFiles
from nntrain.errors import DataError

DATA = b"digits"
PUBLISHED = PublishedFiles(
    "digits",
    {"digits.npz": (len(DATA), hashlib.sha256(DATA).hexdigest())},
    addresses=("nowhere",),
    variable="NNTRAIN_DIGITS_URL",
    in_keras="numbers",
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, so that nothing is found in the caches of the machine."""
    for name in ("NNTRAIN_DATA", "XDG_CACHE_HOME", "KERAS_HOME", "NNTRAIN_DIGITS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web server for the file."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "digits.npz").write_bytes(DATA)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "place", ["own/digits", "own", ".cache/nntrain/digits", "keras/datasets/numbers"], ids=lambda place: str(place)
)
def test_the_file_is_found(home: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("NNTRAIN_DATA", str(home / "own"))
    monkeypatch.setenv("KERAS_HOME", str(home / "keras"))
    (home / place).mkdir(parents=True)
    (home / place / "digits.npz").write_bytes(DATA)
    assert PUBLISHED.contents("digits.npz") == DATA


def test_the_file_is_downloaded_once(home: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("NNTRAIN_DIGITS_URL", f"{address}/none {address}/")
    assert PUBLISHED.contents("digits.npz") == DATA
    assert [file.name for file in (home / "cache" / "nntrain" / "digits").iterdir()] == ["digits.npz"]
    monkeypatch.setenv("NNTRAIN_DIGITS_URL", "nowhere")
    assert PUBLISHED.contents("digits.npz") == DATA


def test_no_network(home: Path) -> None:
    with pytest.raises(DataError) as caught:
        PUBLISHED.contents("digits.npz")
    assert str(caught.value) == (
        "error: `digits.npz` could not be downloaded\n"
        "       nowhere/digits.npz: unknown url type: 'nowhere/digits.npz'\n"
        f" help: put the file into `{home / '.cache' / 'nntrain' / 'digits'}`, "
        "or set NNTRAIN_DATA to a folder that holds it"
    )


def test_a_broken_file_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTRAIN_DATA", str(home))
    (home / "digits.npz").write_bytes(b"broken")
    with pytest.raises(DataError) as caught:
        PUBLISHED.contents("digits.npz")
    assert str(caught.value) == (
        f"error: `{home / 'digits.npz'}` is broken: expected 6 bytes with SHA-256 {hashlib.sha256(DATA).hexdigest()}, "
        f"got 6 bytes with {hashlib.sha256(b'broken').hexdigest()}\n"
        " help: delete the file, and the next run downloads it again"
    )
