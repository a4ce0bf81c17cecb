import http.client
import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import environment
from tests.forked import Forked


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
@pytest.mark.trains
def test_ctrl_c_ends_it_cleanly_while_it_trains() -> None:
    words = ("playground", "--port", "0", "--json", "--device", "cpu")
    process = Forked(*words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = urlsplit(json.loads(process.stdout.readline())["url"])
        connection = http.client.HTTPConnection(url.netloc, timeout=30)
        token = url.query.removeprefix("token=")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", "/command", json.dumps({"do": "go_on"}), headers)
        assert json.loads(connection.getresponse().read()) == {"done": True}
        connection.close()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, json.loads(out)["event"]) == (0, "stopped"), err
        assert err.endswith("stopped\n")
    finally:
        process.kill()


def test_what_does_not_fit_is_an_error_before_anything_is_served(tmp_path: Path, in_process: Any) -> None:
    (tmp_path / "c.yaml").write_text("data: iris\nmodel: [Dense: {units: 3, activation: softmax}]\n")
    (tmp_path / "t.csv").write_text("a,b,y\n" + "".join(f"{row % 9},{'pq'[row % 2]},{row % 2}\n" for row in range(40)))
    for words, code, text in (
        (["c.yaml"], 2, "the playground shows two numbers as x and y, and `iris` has 4 inputs"),
        (["t.csv"], 4, "has one numeric column, `a`, beside the target `y`, and the playground needs two"),
        (["none.csv"], 4, "there is no file `none.csv`"),
        (["none.yaml"], 2, "there is no file `none.yaml`"),
        (["none"], 2, "there is no file `none`"),
        (["c.yaml", "--target", "y"], 2, "`--target` is for a table, and `c.yaml` is a config"),
        (["t.csv", "--set", "seed=1"], 2, "`--set` is for a config, and `t.csv` is a table"),
        (["--set", "seed=1"], 2, "`--set` is for a config, which is missing"),
    ):
        done = in_process(tmp_path, "playground", *words)
        assert (done.returncode, text in done.stderr) == (code, True), done.stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = in_process(tmp_path, "playground", "--port", port)
        assert done.returncode == 2 and f"port {port} of 127.0.0.1 is taken" in done.stderr


def test_one_page_is_written_that_trains_by_itself(
    tmp_path: Path, in_process: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nntrain.playground import spread

    monkeypatch.setattr(spread, "EPOCHS", 2)
    monkeypatch.setattr(spread, "SEEDS", 1)
    done = in_process(tmp_path, "playground", "--html", "p.html", "--json")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "p.html").read_text()
    told = {"event": "playground", "version": 1, "html": "p.html", "bytes": len(text.encode())}
    assert json.loads(done.stdout) == told
    assert len(text) < 250_000 and "connect-src" not in text
    for words, message in (
        (["--html", "."], "`.` is a folder"),
        (["--html", "p.html", "--port", "1"], "`--port` is of the page that is served"),
        (["--html", "none/p.html"], "there is no folder `none`"),
        (["c.yaml", "--html", "c.yaml"], "`c.yaml` is the file to read"),
        (["b.yaml", "--html", "b.html"], "a page that trains by itself cannot have layers other than"),
    ):
        (tmp_path / "c.yaml").write_text("")
        (tmp_path / "b.yaml").write_text("data: {toy_2d: circle}\nmodel: [BatchNormalization]\n")
        done = in_process(tmp_path, "playground", *words)
        assert done.returncode == 2 and message in done.stderr
    assert not (tmp_path / "b.html").exists()
