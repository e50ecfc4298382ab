"""redis: one server with a password, its data kept over a restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from envctl.services.base import Complaint, Service, numbers, reached
from envctl.services.fields import Image, Line, Version, kind_of, named, refuse
from envctl.services.references import Told
from envctl.text import Password, Text, text
from envctl.workload import Address, Format, Mount, Probe, Workload

PORT = 6379
DEFAULTS = {"appendonly": "yes"}
OURS = frozenset(
    {
        "requirepass",
        "user",
        "aclfile",
        "port",
        "bind",
        "dir",
        "daemonize",
        "include",
        "tls-port",
        "unixsocket",
    }
)
PING = """
REDISCLI_AUTH=$(cat "$1") && export REDISCLI_AUTH
answer=$(redis-cli -h 127.0.0.1 -p "$2" ping) && test "$answer" = PONG || { echo "$answer"; exit 1; }
"""


def _directive(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise refuse(f"must be text, a number or a boolean, not {kind_of(value)}")
    return value


Directive = Annotated[Line, BeforeValidator(_directive, json_schema_input_type=str | int | float | bool)]
Key = Annotated[str, AfterValidator(named(r"[A-Za-z][A-Za-z0-9-]{0,99}", "the name of a Redis setting"))]


class Redis(Service):
    """A Redis server with a password. It writes an append-only file, so its data is there after a restart."""

    kind: Literal["redis"] = Field(description="`redis`")
    version: Version = Field(
        default="8", description="Version of the official image: `redis:VERSION`.", examples=["8", "7.4"]
    )
    image: Image | None = Field(
        default=None,
        description="Another image with the contract of the official one.",
        examples=["valkey/valkey:8"],
    )
    config: dict[Key, Directive] = Field(
        default={},
        description="Settings of the server, as in redis.conf. A boolean becomes yes or no.",
        examples=[{"maxmemory": "256mb", "maxmemory-policy": "allkeys-lru"}],
    )

    @property
    def listens(self) -> int:
        """The port inside the network."""
        return PORT

    def complaints(self, name: str, project: str) -> Iterator[Complaint]:
        """Settings that envctl decides stay its own."""
        for key in self.config:
            if key.lower() in OURS:
                yield Complaint(("config", key), "is decided by envctl", "leave it out")

    def volumes_of(self, name: str) -> tuple[str, ...]:
        """One volume for its data."""
        return (f"{name}-data",)

    def _conf(self, name: str) -> Text:
        lines = {**DEFAULTS, **self.config, "dir": "/data", "port": str(PORT)}
        # An empty value must stand in the file as an empty word.
        written = "".join(f"{key} {value or chr(34) * 2}\n" for key, value in lines.items())
        return text(written, "requirepass ", Password(name), "\n")

    def workload(self, name: str, project: str, root: Path, told: Told) -> Workload:
        """The server; configuration and password reach it as files."""
        conf, password = f"{self.SECRETS}/{name}.conf", f"{self.SECRETS}/{name}-password"
        return Workload(
            service=name,
            kind=self.kind,
            image=self.image or f"redis:{self.version}",
            command=("redis-server", conf),
            files={conf: self._conf(name), password: text(Password(name))},
            mounts=tuple(Mount(volume, "/data") for volume in self.volumes_of(name)),
            port=PORT,
            probe=Probe(("sh", "-c", PING, "ping", password, str(PORT))),
            needs=self.needs,
            stateful=True,
            format=Format(
                numbers(self.version, self.image, said="version" in self.model_fields_set, count=2), reads_older=True
            ),
        )

    def settings(self, name: str, project: str, at: Address) -> Mapping[str, Text]:
        """redis://default:PASSWORD@HOST:PORT/0 and its parts. `redis-cli -u` takes no password without a user."""
        password = Password(name)
        return {**reached("redis", at, login=text("default:", password, "@"), path="/0"), "password": text(password)}
