"""Requests a second and their times of `nntrain serve`, at 1, 8 and 64 connections on this machine; malformed ones.

scripts/bench serve [--requests 2000] [--malformed 10000] [--join]
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
GOOD = json.dumps({"rows": [ROW]})
CONNECTIONS = (1, 8, 64)
CHANGES = ("", "\0", ",", "}", "NaN", "1e999", "null", '"x"', '"\\ud800"', "[" * 2000, "1" * 5000)


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: str) -> int:
    """Send a request on a connection, and return the status of the answer."""
    data = body.encode(errors="replace")
    head = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)
    await writer.drain()
    answer = await reader.readuntil(b"\r\n\r\n")
    size = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length"))
    await reader.readexactly(int(size.partition(b":")[2]))
    return int(answer.split(b" ", 2)[1])


async def load(port: int, connections: int, bodies: list[str]) -> tuple[float, list[float], list[int]]:
    """Return the seconds of all requests, those of each, and the statuses; each connection sends its share in turn."""
    seconds: list[float] = []
    statuses: list[int] = []

    async def client(share: list[str]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in share:
            began = time.perf_counter()
            statuses.append(await ask(reader, writer, body))
            seconds.append(time.perf_counter() - began)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client(bodies[index::connections]) for index in range(connections)))
    return time.perf_counter() - began, sorted(seconds), statuses


def malformed(count: int) -> list[str]:
    """Return bodies in which a piece is another one."""
    draw, found = random.Random(1), []
    for _ in range(count):
        at = draw.randrange(len(GOOD))
        found.append(GOOD[:at] + draw.choice(CHANGES) + GOOD[at + draw.randrange(6) :])
    return found


def main() -> None:
    """Train a run, serve it, and print what the connections measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--malformed", type=int, default=10_000)
    parser.add_argument("--join", action="store_true")
    options = parser.parse_args()
    nntrain = [sys.executable, "-m", "nntrain"]
    config = Path(__file__).parents[2] / "configs" / "iris.yaml"
    with tempfile.TemporaryDirectory() as folder:
        fit = [*nntrain, "fit", str(config), "--set", "train.epochs=5", "-q", "--no-report", "--name", "iris"]
        subprocess.run(fit, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        serve = [*nntrain, "serve", "iris", "--port", "0", "--json", *(["--join"] if options.join else [])]
        process = subprocess.Popen(serve, cwd=folder, stdout=subprocess.PIPE, text=True)
        try:
            started = process.stdout.readline() if process.stdout else ""
            port = int(json.loads(started)["url"].rpartition(":")[2])
            asyncio.run(load(port, 1, [GOOD] * 50))
            print(f"one row a request, on {os.cpu_count()} cores, client and server together")
            for connections in CONNECTIONS:
                whole, each, statuses = asyncio.run(load(port, connections, [GOOD] * options.requests))
                if set(statuses) != {200}:
                    sys.exit(f"answers with other statuses: {sorted(set(statuses))}")
                p50, p99 = (f"{1000 * each[int(len(each) * share)]:6.1f} ms" for share in (0.5, 0.99))
                print(f"{connections:3} connections: {len(each) / whole:7.0f} requests/s, p50 {p50}, p99 {p99}")
            _, _, statuses = asyncio.run(load(port, 8, malformed(options.malformed)))
            counts = ", ".join(f"{statuses.count(status)} x {status}" for status in sorted(set(statuses)))
            print(f"{options.malformed} malformed: {counts}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


if __name__ == "__main__":
    main()
