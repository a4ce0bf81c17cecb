"""`python -m nntrain.cli.launched_worker`: a worker of `nntrain launch`, which stops when `launch` ends.

Its standard input is a pipe to which `launch` writes nothing. The system closes the other end when `launch` ends, even
when it is killed, so the worker reads the end of the pipe: on every system, and without polling.
"""

import os
import signal
import threading

from nntrain.cli.app import main


def _stop_with_the_launcher() -> None:
    """Wait for the end of the launcher, then stop this process as a user does: `resume` can continue the training."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_stop_with_the_launcher, daemon=True).start()
    main()
