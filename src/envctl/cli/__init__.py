"""The front: parse, call one op, render. The only place that prints, and it decides nothing else."""

from __future__ import annotations

import os
import sys

# What Typer would say; `reference` writes it, a test compares. No Path: pathlib doubles the time of `envctl --help`.
HELP = f"{os.path.dirname(__file__)}/help.txt"  # noqa: PTH120
HELP_WIDTH = 80
COMPLETION = "_ENVCTL_COMPLETE"  # the shell whose completion script asks


def main() -> None:
    """Run `envctl` with the process' own arguments and leave with its exit status."""
    _occupy_closed_streams()
    words = sys.argv[1:]
    if shell := os.environ.get(COMPLETION):
        from envctl.cli.completing import answer

        sys.exit(answer(shell, words))
    if words in ([], ["-h"], ["--help"]) and _help_fits() and _showed_help():
        return
    from envctl.cli.boundary import enter

    sys.exit(enter(words))


def _occupy_closed_streams() -> None:
    """A stream the caller closed (`>&-`) stays unusable: the next file opened must not become stdout by chance."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # takes the lowest free number, which is this one


def _showed_help() -> bool:
    """Print the help without loading Typer, which takes four times as long as Python itself."""
    try:
        with open(HELP, encoding="utf-8") as help_text:  # noqa: PTH123 – as above
            print(help_text.read(), end="", flush=True)
    except (OSError, ValueError):
        return False
    return True


def _help_fits() -> bool:
    try:
        return int(os.environ.get("COLUMNS") or os.get_terminal_size(1).columns) >= HELP_WIDTH
    except (OSError, ValueError):
        return True  # no terminal
