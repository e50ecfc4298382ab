"""What a masked snapshot says of itself: what was done to which columns, and that nothing raw was found in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Certificate:
    """`rows` are by a table's full name, `columns` by that of a column: the transform that masked it."""

    source: str  # digest of the dump, or of the state of another source
    policy: str  # digest of the rules
    key: str  # fingerprint
    rows: Mapping[str, int]
    columns: Mapping[str, str]
    values: int  # different raw values that were looked for
    skipped: int  # values that were not, by the rule below
    rule: str
    scanned: int  # bytes that were looked through
    unsought: tuple[str, ...] = ()  # columns whose values nobody looked for, since the rules let them stand elsewhere
    subset: Mapping[str, str] = field(default_factory=dict)  # which rows come, by table; nothing where all do
    out_of: Mapping[str, int] = field(default_factory=dict)  # how many rows a table has of which not all come
    moment: str = ""  # what conditions of the subset take for now, in ISO format
    hits: int = 0  # of raw values in them: with more than none there is no snapshot

    def text(self) -> str:
        """As a label has it."""
        return json.dumps(asdict(self), sort_keys=True)


def read(text: str) -> Certificate | None:
    """What a label says; None for what is no certificate, or not one of a clean result."""
    try:
        said = json.loads(text)
        found = Certificate(**{**said, "unsought": tuple(said.get("unsought", ()))})
    except (ValueError, TypeError, AttributeError):
        return None
    return found if found.hits == 0 and found.policy and found.key else None
