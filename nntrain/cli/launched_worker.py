"""`python -m nntrain.cli.launched_worker`: a worker of `nntrain launch`, which stops when `launch` is gone.

Its standard input is a pipe on which nothing comes. The system closes the other end with the process that holds it,
however that one ends, so the end of the pipe is the news of it: on every system, and without asking again and again.
"""

import os
import signal
import threading

from nntrain.cli.app import main


def _stop_with_the_launcher() -> None:
    """Asks this process to stop, as a user would: a training ends with a checkpoint that `resume` goes on from."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_stop_with_the_launcher, daemon=True).start()
    main()
