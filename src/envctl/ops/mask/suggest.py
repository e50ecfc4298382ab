"""The story of `mask suggest`: a first policy for the data of a service."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from envctl.errors import EnvctlError, Exit
from envctl.ops.mask.refuse import NOT_MOVED
from envctl.ops.mask.source import chosen, database_of, only, opened
from envctl.ops.setting import Here
from envctl.reports.mask import MaskSuggested, SuggestedColumn

if TYPE_CHECKING:
    import polars as pl

    from envctl.masking.suggesting.suggest import Suggestion

SAMPLED = 1000  # rows of each table, at most


def suggest(here: Here, service: str | None = None, *, sampled: bool = True, file: Path | None = None) -> MaskSuggested:
    """Say how the data of a service could be masked, by names, types and, if it is to be `sampled`, a few of its rows.

    No value of them is printed, kept or written anywhere. With a `file` that gets it, and must not be there yet. Raises
    EnvctlError.
    """
    from envctl.masking.suggesting.suggest import suggest as suggested
    from envctl.masking.suggesting.suggest import toml
    from envctl.ops.mask.fit import escaped
    from envctl.ops.mask.rows import first_rows

    workload = only(chosen(here, () if service is None else (service,)))
    if file is not None and file.exists():
        raise _in_the_way(file)
    name = database_of(workload).data or ""
    with opened(here, workload) as source:
        frames = first_rows(source, SAMPLED) if sampled else {}
        found = suggested(source.catalogue, _columns(frames))
    text = escaped(toml(found, name))
    if file is not None:
        _write(file, text)
    return MaskSuggested(
        service=workload.service,
        data_name=name,
        sampled=sum(frame.height for frame in frames.values()),
        columns=tuple(map(_told, found)),
        toml=text,
        file=None if file is None else str(file),
    )


def _columns(frames: Mapping[str, pl.DataFrame]) -> Mapping[tuple[str, str], pl.Series]:
    return {(table, name): frame[name] for table, frame in frames.items() for name in frame.columns}


def _told(one: Suggestion) -> SuggestedColumn:
    return SuggestedColumn(one.table, one.column, one.type, one.rule, one.confidence, one.why)


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise _in_the_way(file) from None
    except OSError as error:
        raise EnvctlError(
            Exit.USAGE,
            f"{file} cannot be written: {error.strerror}",
            unchanged=NOT_MOVED,
            hint="Name another file, or leave --write out: then it is printed.",
        ) from None


def _in_the_way(file: Path) -> EnvctlError:
    return EnvctlError(
        Exit.USAGE, f"{file} is there already", unchanged=f"It is as it was. {NOT_MOVED}", hint="Name another file."
    )
