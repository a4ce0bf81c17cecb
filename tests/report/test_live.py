"""The page of a training that runs: what it shows of the files, and how often these are read."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nntrain.report import live
from nntrain.report.live import Looks, Seen, Server, page, state
from nntrain.serving.server import listen
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from tests.cli.commands.test_runs import make

MARKUP = "<script>alert(1)</script>"
HEAD = f"epoch,seconds,loss,val_loss,{MARKUP}\n"


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return RunDir(make(tmp_path, "net", status=None))


def test_the_boxes_stay_while_only_the_numbers_are_new(run: RunDir) -> None:
    before = state(Seen(["net, running"], read(run), False))
    assert before["frame"] == "" and before["curves"] == {} and before["more"] == ""
    run.write("metrics.csv", HEAD + "1,0.1,0.9,0.8,1\n")
    first = state(Seen(["net, running", ""], read(run), False))
    run.write("metrics.csv", HEAD + "1,0.1,0.9,0.8,1\n2,0.1,0.5,0.6,1\n")
    second = state(Seen(["net, done"], read(run), True))
    assert first["shape"] == second["shape"] != before["shape"] and second["over"]
    assert [one["y"] for one in second["curves"]["charts"][0]["series"]] == [[0.9, 0.5], [0.8, 0.6]]
    assert first["state"] == "<p>net, running</p>"


def test_no_name_is_markup(run: RunDir) -> None:
    run.write("metrics.csv", HEAD + "1,0.1,0.9,0.8,1\n")
    found = state(Seen([MARKUP], read(run), False, [MARKUP]))
    assert "<script" not in found["state"] + found["frame"] + found["more"]
    assert "&lt;script&gt;" in found["more"] and "<h2>Runs</h2>" in found["more"]
    assert page(MARKUP).count("<script>") == 2 and "connect-src 'self'" in page("net")


def test_the_files_are_read_again_only_when_it_is_due(run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def look() -> Seen:
        looked.append(1)
        return Seen([f"look {len(looked)}"], read(run), False)

    looks = Looks(look)
    assert looks.now()["state"] == looks.now()["state"] == "<p>look 1</p>"
    monkeypatch.setattr(live, "SECONDS", 0.0)
    looks.due = 0.0
    assert looks.now()["state"] == "<p>look 2</p>"
    assert looks.due > 0.0


@pytest.fixture
def server(run: RunDir) -> Iterator[Server]:
    with Server(listen("127.0.0.1", 0), "net", lambda: Seen(["net"], read(run), True), "t0k3n") as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join(10)


def test_the_server_answers_those_who_know_the_token(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.socket.getsockname()[1], timeout=30)
    connection.request("GET", "/?token=t0k3n")
    answer = connection.getresponse()
    assert answer.status == 200 and answer.headers["X-Frame-Options"] == "DENY"
    assert answer.read().decode() == page("net")
    connection.request("GET", "/state", headers={"Authorization": "Bearer t0k3n"})
    assert json.loads(connection.getresponse().read())["over"]
    connection.request("GET", "/state")
    answer = connection.getresponse()
    assert answer.status == 401 and b"the token is missing or wrong" in answer.read()
    connection.close()
