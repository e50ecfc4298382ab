"""Which files there are, and what is in them, unpacked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from envctl.seeds.csv.refusal import refused, unreadable
from envctl.seeds.dumps.kinds import Packing
from envctl.seeds.dumps.packed import Damaged, unpack

Kind = Literal["text", "parquet"]

_BLOCK = 1 << 22  # bytes that are read at once
_PACKINGS: dict[str, Packing] = {".gz": "gzip", ".zst": "zstd"}
_TEXTS = {".csv": ",", ".tsv": "\t"}  # with what is between two values
_PARQUET = (".parquet", ".pq")
ENDINGS = "CSV (.csv, .tsv, also .gz, .zst) and Parquet (.parquet)"


@dataclass(frozen=True)
class File:
    """A file with rows. `stem` is its name without what says how they are written."""

    path: Path
    stem: str
    kind: Kind
    packing: Packing | None = None
    delimiter: str = ""

    @property
    def name(self) -> str:
        """Without its folder."""
        return self.path.name

    def blocks(self, read: Callable[[int], None]) -> Iterator[bytes]:
        """All of it, unpacked; `read` is told how many bytes were read. Raises EnvctlError."""
        try:
            yield from unpack(self.packing, self._raw(read)) if self.packing else self._raw(read)
        except OSError as error:
            raise unreadable(self.path, error) from None
        except Damaged as error:
            raise refused(f"{self.path} is damaged or cut off: {error}.", "Make or copy it again.") from None

    def _raw(self, read: Callable[[int], None]) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                read(len(block))
                yield block


def found(path: Path) -> tuple[File, ...]:
    """The files of a folder that may hold rows, by name, or the one file. Raises EnvctlError where there is none."""
    try:
        paths = sorted(path.iterdir()) if path.is_dir() else [path]
        if not path.exists():
            raise FileNotFoundError
    except OSError as error:
        raise unreadable(path, error) from None
    files = tuple(file for one in paths if not one.name.startswith(".") and (file := _file(one)) is not None)
    if not files:
        what = "holds no file with rows" if path.is_dir() else "is no file with rows, by its name"
        raise refused(f"{path} {what}.", f"There may be {ENDINGS}.")
    return files


def content_of(path: Path) -> str:
    """What identifies all files that may hold rows, by their names and what is in them. Raises EnvctlError."""
    digest = sha256()
    for file in found(path):
        content = sha256()
        for block in file.blocks(lambda _read: None):
            content.update(block)
        digest.update(f"{file.name} {content.hexdigest()}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def _file(path: Path) -> File | None:
    """What its name says that it is; None where it says nothing of rows."""
    packing = _PACKINGS.get(path.suffix.lower())
    plain = Path(path.stem) if packing else Path(path.name)
    ending = plain.suffix.lower()
    if ending in _TEXTS:
        return File(path, plain.stem, "text", packing, _TEXTS[ending])
    if ending in _PARQUET and packing is None:
        return File(path, plain.stem, "parquet")
    return None
