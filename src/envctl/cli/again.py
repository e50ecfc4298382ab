"""A report that is shown again and again in place, on a terminal. Loads rich."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from rich.console import Console
from rich.live import Live
from rich.text import Text

T = TypeVar("T")


def shown_again(first: T, look: Callable[[], T], lines: Callable[[T], list[str]]) -> None:
    """Show what `look` finds until Ctrl-C; the last of it stays, and the cursor is back."""

    def drawn(report: T) -> Text:
        return Text("\n".join(lines(report)), no_wrap=True, overflow="ellipsis")

    with Live(drawn(first), console=Console(highlight=False, markup=False), auto_refresh=False) as display:
        while True:
            display.update(drawn(look()), refresh=True)
