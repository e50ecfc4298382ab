"""The user's own browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from envctl.world.shell import Shell

_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def has_display(environ: Mapping[str, str]) -> bool:
    """Whether a browser has somewhere to show itself: one that runs in the terminal would take it over."""
    return sys.platform == "darwin" or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def show(shell: Shell, url: str, environ: Mapping[str, str] | None = None) -> bool:
    """Show a URL in the browser; False where there is none. In a process of its own: browsers talk on stdout."""
    environ = os.environ if environ is None else environ
    return has_display(environ) and shell.run((sys.executable, "-c", _OPEN, url), env=environ).status == 0
