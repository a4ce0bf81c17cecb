import http.client
import json
import signal
import subprocess
import threading
import time
from typing import Any

import pytest

from tests.conftest import REPOSITORY, Trained, environment
from tests.forked import Forked

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}


def test_sigterm_ends_the_service_after_every_request_that_has_arrived(trained: Trained) -> None:
    words = ["serve", str(trained("iris").path), "--port", "0", "--json", "--device", "cpu"]
    process = Forked(*words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        started = json.loads(process.stdout.readline())
        port = int(started["url"].rpartition(":")[2])
        counts: list[tuple[int, int]] = []
        threads = [threading.Thread(target=_ask_until_it_ends, args=(port, counts)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join(30)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0 and json.loads(out)["event"] == "stopped", err
        assert len(counts) == 4 and all(sent == answered > 0 for sent, answered in counts)
    finally:
        process.kill()


def _ask_until_it_ends(port: int, counts: list[tuple[int, int]]) -> None:
    """Send requests on connections of their own until none is accepted; count those sent and those answered."""
    body, sent, answered = json.dumps({"rows": [ROW] * 50}), 0, 0
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.connect()
        except OSError:
            break
        sent += 1
        connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answered += answer.status == 200 and len(json.loads(answer.read())["predictions"]) == 50
        connection.close()
    counts.append((sent, answered))


def test_a_port_that_is_taken_and_an_empty_token_are_errors_before_anything_heavy(
    trained: Trained, in_process: Any
) -> None:
    from nntrain.serving.server import listen

    run = str(trained("iris").path)
    with listen("127.0.0.1", 0) as one:
        port = str(one.getsockname()[1])
        done = in_process(REPOSITORY, "serve", run, "--port", port)
        assert done.returncode == 2 and done.stderr.startswith(f"error: port {port} of 127.0.0.1 is taken")
    done = in_process(REPOSITORY, "serve", run, "--token", "")
    assert done.returncode == 2 and done.stderr.startswith("error: a token is printable ASCII text")
