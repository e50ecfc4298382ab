"""What the rules and the key of masking are, wherever the stack file says that they stand."""

from __future__ import annotations

import json
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

from envctl.errors import EnvctlError, Exit
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.provided import provided
from envctl.ops.snapshots.sources.reader import UNCHANGED
from envctl.secret import Secret
from envctl.workload import Masking

_FORM = "what `openssl rand -hex 32` prints"


def rules_of(masking: Masking) -> dict[str, Any]:
    """The rules as a policy is parsed from them. Raises EnvctlError for a file that cannot be read."""
    said: dict[str, Any] = json.loads(masking.rules)
    if masking.file is None:
        return said
    try:
        found = tomllib.loads(_read(masking.file, "the rules of masking"))
    except tomllib.TOMLDecodeError as error:
        raise EnvctlError(
            Exit.STACK_FILE,
            f"{masking.file} is no TOML: {error}",
            unchanged=UNCHANGED,
            hint="Correct it, and try again.",
        ) from None
    columns = found.get("columns", {})
    both = {**said["columns"], **columns} if isinstance(columns, dict) else columns
    return {**said, **found, "columns": both}


def digest_of(masking: Masking) -> str:
    """Of the rules: 32 hex digits. Raises EnvctlError as rules_of does."""
    return sha256(json.dumps(rules_of(masking), sort_keys=True, default=str).encode()).hexdigest()[:32]


def secret_of(here: Here, masking: Masking, what: str) -> Secret:
    """The key; `what` it is for is for people. Raises EnvctlError(NOT_FOUND) where it cannot be had."""
    if masking.key_file is None:
        return Secret(provided(here, masking.key, what, _FORM))
    return Secret(_read(masking.key_file, what).strip())


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"{what} cannot be read from {path}: {why}",
            unchanged=UNCHANGED,
            hint="Make the file, or correct its name in the stack file.",
        ) from None
