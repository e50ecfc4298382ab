"""dotenv: a key of a .env file. Its values are taken as they stand: no `${…}` in them is answered."""

from __future__ import annotations

import io
import stat
from collections.abc import Mapping
from pathlib import Path

from envctl.secret import Source
from envctl.secrets.missing import Missing

_LONGEST = 4 << 20  # bytes of a file


def find(source: Source, environ: Mapping[str, str]) -> str:
    """The key's value; where it stands more than once, the last one, as in a shell."""
    from dotenv.parser import parse_stream

    bindings = list(parse_stream(io.StringIO(_text(source.path), newline="")))
    values = [binding.value for binding in bindings if binding.key == source.key and binding.value is not None]
    if values:
        return values[-1]
    unread = ", ".join(str(binding.original.line) for binding in bindings[:1000] if binding.error)
    raise Missing(
        f"{source.path} has no value for the key {source.key}" + (f"; not understood: line {unread}" if unread else "")
    )


def _text(path: Path) -> str:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise Missing(f"{path} is no file")
        if found.st_size > _LONGEST:
            raise Missing(f"{path} is longer than {_LONGEST >> 20} MiB")
        return path.read_bytes().decode("utf-8-sig", "surrogateescape")
    except FileNotFoundError:
        raise Missing(f"there is no {path}") from None
    except OSError as error:
        raise Missing(f"{path} cannot be read: {error.strerror}") from None
