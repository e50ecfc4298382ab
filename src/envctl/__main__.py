"""Where `envctl` and `python -m envctl` begin. Nothing is loaded before Ctrl-C is taken care of."""

from __future__ import annotations

import gc
import os

# The heart of `signal`, without the enums that it loads first.
from _signal import SIG_IGN, SIGINT, default_int_handler, getsignal, signal  # type: ignore[import-not-found]

_INTERRUPTED = 130  # Exit.INTERRUPTED
_RARELY = 100_000  # objects: what is loaded stays, so that looking through it again and again finds nothing


def main() -> None:
    """Run envctl. While it loads no command is at work: Ctrl-C ends it at once, without a word."""
    if getsignal(SIGINT) is default_int_handler:  # else we were told to ignore it, as in the background of a script
        signal(SIGINT, lambda _number, _frame: os._exit(_INTERRUPTED))
    gc.set_threshold(_RARELY)
    from envctl.cli import main as run

    try:
        run()
    except KeyboardInterrupt:  # once more, at the very moment at which a command had ended
        os._exit(_INTERRUPTED)
    finally:
        gc.freeze()  # what is thrown away as a whole is not looked through for what might be
        signal(SIGINT, SIG_IGN)  # the status is decided; Python's own end would let Ctrl-C replace it


if __name__ == "__main__":
    main()
