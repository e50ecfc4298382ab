"""The front: parse, call one op, render. The only place that prints, and it decides nothing else."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `envctl` with the process' own arguments and leave with its exit status."""
    from envctl.cli.boundary import enter

    sys.exit(enter(sys.argv[1:]))
