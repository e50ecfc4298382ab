"""`python -m envctl` is `envctl`."""

from __future__ import annotations

from envctl.cli import main

if __name__ == "__main__":
    main()
