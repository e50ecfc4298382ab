"""`[data.NAME.mask]`: what becomes of rows of persons on their way in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from envctl.services import Section
from envctl.services.fields import Folder, real, refuse
from envctl.stack.secrets import NAMES
from envctl.stack.subset import SubsetTable, as_rules
from envctl.workload import Masking


def _secret_name(value: str) -> str:
    """What it says may be a URL with a password: it is never repeated."""
    if not re.fullmatch(NAMES, value):
        hint = "no URL belongs into this file: write the name of a variable, and the URL into .env or [secrets.NAME]"
        raise refuse("is not the name of a secret", hint)
    return value


SecretName = Annotated[str, AfterValidator(_secret_name), Field(json_schema_extra={"pattern": f"^{NAMES}$"})]


class MaskSection(Section):
    """Who may see nothing of a person gets made-up values in their place: the same for the same, with the same key.
    With this section no row gets into a snapshot unmasked, whatever command fills it.
    """

    columns: dict[str, str | dict[str, Any]] = Field(
        default={},
        description="What becomes of each column: `TABLE.COLUMN`, `TABLE.*` or `*.COLUMN`, and how it is masked, or "
        '`keep`: as a word or a table with settings, `{ mask = "card", keep_last = 4 }`.',
        examples=[{"customers.email": "email", "orders.*": "keep"}],
    )
    unlisted: Literal["refuse", "keep"] = Field(
        default="refuse",
        description="What becomes of a column that no rule covers: `refuse` stops before the first row and says what "
        "to write; `keep` lets it pass as it is.",
        examples=["keep"],
    )
    large_objects: Literal["refuse", "keep"] = Field(
        default="refuse",
        description="Whether large objects pass, whose content nobody can mask.",
        examples=["keep"],
    )
    foreign_tables: Literal["refuse", "keep"] = Field(
        default="refuse",
        description="Whether foreign tables pass: their rows are elsewhere, and whoever reads them reads them raw.",
        examples=["keep"],
    )
    file: Folder | None = Field(
        default=None,
        description="A file with the rules, relative to the stack file: a table `columns` as here, and the other keys "
        "but those of keys and files. What it says wins.",
        examples=["masking.toml"],
    )
    key_file: Folder | None = Field(
        default=None,
        description="A file with the key, relative to the stack file and not committed; instead of a secret.",
        examples=["masking.key"],
    )
    key: SecretName = Field(
        default="ENVCTL_MASK_KEY",
        description="The name of the secret that the masked values depend on: at least 16 characters by chance, the "
        "same for all who shall get the same data. Without a section `[secrets.NAME]` it is a variable of the "
        "caller's, or a key of `.env`.",
        examples=["MASK_KEY"],
    )

    def masking(self, root: Path, subset: Mapping[str, SubsetTable] | None) -> Masking:
        """The rules in one form, however they are written; paths are relative to that folder."""
        said = self.model_dump(mode="json", exclude={"key", "file", "key_file"})
        rules = json.dumps(said, sort_keys=True, ensure_ascii=False)
        file, key_file = (real(root / path) if path else None for path in (self.file, self.key_file))
        return Masking(rules, self.key, file, key_file, as_rules(subset))


MASK = "How its rows are masked on the way in: see `mask` below."
