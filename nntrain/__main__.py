"""The entry point, also of `python -m nntrain`: all that has to happen before anything else is imported."""

import os
import sys


def main() -> None:
    """Run a command, and end the process with its exit code. Ctrl-C ends it at once before the command and after it.

    What Python itself does before this function, about 0.02 seconds, cannot be guarded from here.
    """
    import signal  # not above, where the working folder may still come first: a user's `signal.py` would take its place

    ends = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    try:
        if ends:
            signal.signal(signal.SIGINT, _end)
        from nntrain.cli import app

        app.main()
    finally:
        if ends:
            signal.signal(signal.SIGINT, _end)


def _end(*_: object) -> None:
    os._exit(130)


def _leave_working_folder() -> None:
    """Remove the working folder, which `-m` puts before all others: a user's `socket.py` would replace Python's.

    The folder is only needed where nntrain itself lies in it.
    """
    folder = sys.path.pop(0)
    if sys.modules["nntrain"].__path__[0] == os.path.join(folder, "nntrain"):  # noqa: PTH118  # pathlib imports much
        sys.path.append(folder)


if __name__ == "__main__":
    if not sys.flags.safe_path:
        _leave_working_folder()
    main()
