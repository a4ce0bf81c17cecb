"""The first signal asks, the second ends the process, and afterwards all is as it was."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nntrain.errors import Stopped
from nntrain.training.signals import interruptible, watched

pytestmark = pytest.mark.quick

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_raises_stopped_when_the_request_is_checked(number: signal.Signals, code: int) -> None:
    with watched() as request:
        request.raise_if_asked()
        os.kill(os.getpid(), number)
        with pytest.raises(Stopped, match=f"by {number.name}") as raised:
            request.raise_if_asked()
    assert raised.value.exit_code == code


def test_a_request_for_a_checkpoint_stops_nothing() -> None:
    with watched() as request:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGUSR1)
        assert request.wants_checkpoint
        request.raise_if_asked()


def test_a_hangup_that_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with watched() as request:
            os.kill(os.getpid(), signal.SIGHUP)
            request.raise_if_asked()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with watched():
        assert signal.getsignal(signal.SIGINT) != before[0]
        os.kill(os.getpid(), signal.SIGTERM)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.parametrize("second", ["SIGINT", "SIGTERM"])
def test_a_second_signal_ends_the_process_at_once(second: str) -> None:
    code = f"""
import os, signal, time
from nntrain.training.signals import watched
with watched():
    os.kill(os.getpid(), signal.SIGINT)
    print("still here", flush=True)
    os.kill(os.getpid(), signal.{second})
    time.sleep(30)
    print("never")
"""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=20)
    assert done.stdout == "still here\n"
    assert done.returncode == -signal.Signals[second]


def test_a_thread_that_cannot_receive_signals_trains_all_the_same() -> None:
    found: list[int] = []

    def work() -> None:
        with watched() as request:
            request.raise_if_asked()
            found.append(request.signal)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [0]


def test_in_a_notebook_the_second_ctrl_c_is_a_keyboard_interrupt() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible() as request:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Stopped, match="by SIGINT"):
            request.raise_if_asked()
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_receives_no_signals() -> None:
    found: list[int] = []

    def run() -> None:
        with interruptible() as request:
            found.append(request.signal)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [0]
