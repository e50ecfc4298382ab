"""`[secrets.NAME]`: where a secret's value comes from. The value itself is never in the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from envctl.secret import Source
from envctl.services import Section
from envctl.services.fields import Folder, Variable, kind_of, real, refuse
from envctl.stack.lines import Key
from envctl.stack.plain import validate
from envctl.stack.problems import Notes

NAMES = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
_SHORTEST, _LONGEST = 16, 1000


def _length(value: int) -> int:
    if not _SHORTEST <= value <= _LONGEST:
        raise refuse(f"must be from {_SHORTEST} to {_LONGEST}")
    return value


Length = Annotated[int, AfterValidator(_length), Field(json_schema_extra={"minimum": _SHORTEST, "maximum": _LONGEST})]


class FromCaller(Section):
    """A variable of the environment in which envctl is run, else a key of the `.env` file beside the stack file, both
    called as the secret is. What a secret without a section is.
    """

    from_: Literal["caller"] = Field(default="caller", alias="from", description="Where it comes from: `caller`.")

    def source(self, name: str, root: Path) -> Source:
        """Who provides it."""
        return Source("caller", key=name, path=real(root / ".env"))


class Generated(Section):
    """Letters and digits, random for each environment."""

    from_: Literal["generated"] = Field(
        default="generated", alias="from", description="Where it comes from: `generated`."
    )
    length: Length = Field(default=32, description="How many characters.", examples=[64])

    def source(self, name: str, root: Path) -> Source:
        """Who provides it."""
        return Source("generated", length=self.length)


class FromEnvironment(Section):
    """A variable of the environment in which envctl is run, such as a CI job's."""

    from_: Literal["env"] = Field(alias="from", description="Where it comes from: `env`.")
    variable: Variable | None = Field(
        default=None, description="The variable. Without it: the secret's name.", examples=["STRIPE_TEST_KEY"]
    )

    def source(self, name: str, root: Path) -> Source:
        """Who provides it."""
        return Source("env", key=self.variable or name)


class FromDotenv(Section):
    """A key of a `.env` file. Its value is taken as it stands: `${…}` in it is not answered."""

    from_: Literal["dotenv"] = Field(alias="from", description="Where it comes from: `dotenv`.")
    path: Folder = Field(
        default=".env", description="The file, relative to the stack file.", examples=["secrets/dev.env"]
    )
    key: Variable | None = Field(
        default=None, description="The key in the file. Without it: the secret's name.", examples=["STRIPE_TEST_KEY"]
    )

    def source(self, name: str, root: Path) -> Source:
        """Who provides it."""
        return Source("dotenv", key=self.key or name, path=real(root / self.path))


SecretSection = Generated | FromEnvironment | FromDotenv | FromCaller

SECRET_KINDS: Mapping[str, type[SecretSection]] = {
    "generated": Generated,
    "env": FromEnvironment,
    "dotenv": FromDotenv,
    "caller": FromCaller,
}
HINT = "; ".join(
    [
        'write from = "env" for a variable of the caller\'s',
        'from = "dotenv" for a key of .env',
        'from = "generated" for a random one',
    ]
)


def section(name: str, table: Any, notes: Notes) -> SecretSection | None:
    """The validated section; None when something was noted. What it says may be a secret by mistake: never repeated."""
    at: Key = ("secrets", name)
    if not isinstance(table, dict):
        notes.add(at, f"must be a table, not {kind_of(table)}", hint=f"no secret belongs into this file: {HINT}")
        return None
    origin = table.get("from", "generated")
    if not isinstance(origin, str) or origin not in SECRET_KINDS:
        guess = notes.guess(origin, SECRET_KINDS) if isinstance(origin, str) else ""
        notes.add((*at, "from"), "secrets do not come from there", guess=guess, hint=HINT)
        return None
    return validate(SECRET_KINDS[origin], table, at, notes)
