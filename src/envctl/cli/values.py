"""Times and sizes on the command line."""

from __future__ import annotations

from envctl.errors import EnvctlError, Exit
from envctl.lease import LONGEST, SHORTEST
from envctl.units import parse_duration, parse_size


def seconds(option: str, text: str | None) -> float | None:
    """Seconds of `36h`. Raises EnvctlError(USAGE) that shows how the option is written."""
    found = None if text is None else parse_duration(text)
    if text is not None and (found is None or (found and text.strip()[-1].isdecimal())):  # `7` may be meant as days
        raise _refused(text, "a duration with its unit", f"{option} 36h", f"{option} 7d")
    return found


def lifetime(option: str, text: str | None) -> float | None:
    """The same of how long an environment shall live."""
    found = seconds(option, text)
    if found is not None and not SHORTEST <= found <= LONGEST:
        raise _refused(text or "", "from a minute to ten years", f"{option} 8h", f"{option} 3d")
    return found


def size(option: str, text: str | None) -> int | None:
    """Bytes of `20GB`. Raises EnvctlError(USAGE) that shows how the option is written."""
    found = None if text is None else parse_size(text)
    if text is not None and found is None:
        raise _refused(text, "a size", f"{option} 20GB", f"{option} 512MiB")
    return found


def _refused(text: str, what: str, *examples: str) -> EnvctlError:
    return EnvctlError(
        Exit.USAGE,
        f"{text!r} is not {what}",
        unchanged="Nothing was changed.",
        hint=f"Write {' or '.join(f'`{example}`' for example in examples)}.",
    )
