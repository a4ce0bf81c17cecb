"""Downloads from a real HTTP server on loopback that breaks, lies and refuses."""

import hashlib
import http.server
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nntrain.errors import DataError
from nntrain.storage.download import fetch

DATA = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(DATA).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves DATA in the manner that the path names; notes each request in `server.requests`."""

    server: "Server"

    def do_GET(self) -> None:
        manner = self.path.split("/")[1]
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        self.server.requests.append((manner, start))
        if manner == "missing":
            self.send_error(404, "Not Found")
        elif manner == "beyond":
            self.send_error(416 if start else 404)
        else:
            self._send(manner, start)

    def _send(self, manner: str, start: int) -> None:
        data = DATA[::-1] if manner == "wrong" else DATA[:1000] if manner == "short" else DATA
        resumes = start > 0 and manner != "deaf"
        rest = data[start:] if resumes else data
        self.send_response(206 if resumes else 200)
        if resumes:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        breaks_off = {"breaks": len(DATA) // 2, "deaf": len(DATA) // 2}
        sent = 0 if manner == "stuck" else len(rest) if start else breaks_off.get(manner, len(rest))
        self.wfile.write(rest[:sent])

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


class Server(http.server.ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, int]] = []

    def address(self, manner: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{manner}/file.bin"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def closed_address() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/file.bin"


def get(folder: Path, *addresses: str) -> Path:
    target = folder / "cache" / "file.bin"
    fetch(addresses, target, SHA256, len(DATA))
    return target


def text_of(folder: Path, *addresses: str) -> str:
    with pytest.raises(DataError) as caught:
        get(folder, *addresses)
    assert caught.value.exit_code == 4
    return str(caught.value)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def failure(folder: Path, *reasons: str) -> str:
    lines = "".join(f"\n       {reason}" for reason in reasons)
    help = f"put the file into `{folder / 'cache'}`, or set NNTRAIN_DATA to a folder that holds it"
    return f"error: `file.bin` could not be downloaded{lines}\n help: {help}"


def test_a_download(tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert get(tmp_path, server.address("good")).read_bytes() == DATA
    assert files(tmp_path) == ["file.bin"]
    assert capsys.readouterr() == ("", "")


def test_a_broken_connection_is_resumed_where_it_broke(tmp_path: Path, server: Server) -> None:
    assert get(tmp_path, server.address("breaks")).read_bytes() == DATA
    assert server.requests == [("breaks", 0), ("breaks", len(DATA) // 2)]
    assert files(tmp_path) == ["file.bin"]


def test_a_server_that_cannot_resume_starts_again(tmp_path: Path, server: Server) -> None:
    assert get(tmp_path, server.address("deaf")).read_bytes() == DATA
    assert server.requests == [("deaf", 0), ("deaf", len(DATA) // 2)]


def test_a_part_of_an_earlier_run_is_used(tmp_path: Path, server: Server) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "file.bin.part").write_bytes(DATA[:1234])
    assert get(tmp_path, server.address("good")).read_bytes() == DATA
    assert server.requests == [("good", 1234)]


def test_a_wrong_part_of_an_earlier_run_is_thrown_away(tmp_path: Path, server: Server) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "file.bin.part").write_bytes(b"?" * 1234)
    assert get(tmp_path, server.address("good")).read_bytes() == DATA
    assert server.requests == [("good", 1234), ("good", 0)]


def test_a_connection_that_never_brings_anything(tmp_path: Path, server: Server) -> None:
    address = server.address("stuck")
    assert text_of(tmp_path, address) == failure(
        tmp_path, f"{address}: the connection broke off after 0 of {len(DATA)} bytes"
    )


def test_what_came_before_the_break_stays_for_the_next_run(tmp_path: Path, server: Server) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "file.bin.part").write_bytes(DATA[:1234])
    text_of(tmp_path, closed_address())
    assert files(tmp_path) == ["file.bin.part"]
    assert get(tmp_path, server.address("good")).read_bytes() == DATA


def test_a_wrong_checksum_tries_the_next_address(tmp_path: Path, server: Server) -> None:
    assert get(tmp_path, server.address("wrong"), server.address("good")).read_bytes() == DATA
    assert server.requests == [("wrong", 0), ("good", 0)]


def test_a_wrong_checksum_everywhere(tmp_path: Path, server: Server) -> None:
    address = server.address("wrong")
    found = hashlib.sha256(DATA[::-1]).hexdigest()
    reason = f"expected {len(DATA)} bytes with SHA-256 {SHA256}, got {len(DATA)} bytes with {found}"
    assert text_of(tmp_path, address) == failure(tmp_path, f"{address}: {reason}")
    assert files(tmp_path) == []


def test_every_reason_is_shown(tmp_path: Path, server: Server) -> None:
    addresses = [server.address("missing"), server.address("short"), closed_address(), "nonsense"]
    assert text_of(tmp_path, *addresses) == failure(
        tmp_path,
        f"{addresses[0]}: 404 Not Found",
        f"{addresses[1]}: expected {len(DATA)} bytes, the file there has 1000",
        f"{addresses[2]}: Connection refused",
        "nonsense: unknown url type: 'nonsense'",
    )
    assert files(tmp_path) == []


def test_a_part_longer_than_the_file_there(tmp_path: Path, server: Server) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "file.bin.part").write_bytes(DATA[:1234])
    text_of(tmp_path, server.address("beyond"))
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path, server: Server) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    assert text_of(tmp_path, server.address("good")) == (
        f"error: `{tmp_path / 'cache'}` cannot be written: File exists\n"
        " help: free some space, or choose another folder with XDG_CACHE_HOME, or put the file into NNTRAIN_DATA"
    )


def test_a_full_disk(tmp_path: Path, server: Server) -> None:
    """A limit on the size of files stands for the full disk: it too is an error of `write`."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from nntrain.storage.download import fetch\n"
        "from nntrain.errors import DataError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try:\n    fetch([sys.argv[1]], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))\n"
        "except DataError as error:\n    print(error)\n"
    )
    target = tmp_path / "cache" / "file.bin"
    arguments = [server.address("good"), str(target), SHA256, str(len(DATA))]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": root},
        check=True,
        timeout=60,
    )
    assert re.match(r"error: `.*cache` cannot be written: File too large\n help: free some space", done.stdout)
    assert files(tmp_path) == []


def test_two_processes_download_once(tmp_path: Path, server: Server) -> None:
    threads = [threading.Thread(target=get, args=(tmp_path, server.address("good"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "cache" / "file.bin").read_bytes() == DATA
    assert server.requests == [("good", 0)]


def test_a_terminal_gets_a_progress_bar(tmp_path: Path, server: Server) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    code = "import sys; from pathlib import Path; from nntrain.storage.download import fetch\n"
    code += "fetch([sys.argv[1]], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))"
    arguments = [server.address("good"), str(tmp_path / "file.bin"), SHA256, str(len(DATA))]
    root = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": root, "TERM": "xterm", "COLUMNS": "120"}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=environment, check=True, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.stdout == b""
    assert "downloading file.bin" in shown
