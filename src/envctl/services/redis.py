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
from envctl.workload import Address, Derived, Format, Freezing, Mount, Probe, Workload

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
# Takes commands in Redis' own protocol, says how many were answered, and how many keys there are then.
FEED = """
REDISCLI_AUTH=$(cat "$1") && export REDISCLI_AUTH
redis-cli -h 127.0.0.1 -p "$2" --pipe && echo "keys: $(redis-cli -h 127.0.0.1 -p "$2" dbsize)"
"""
# All that the server keeps its data in must be whole. Since Redis 7 a manifest says what belongs to the first of them.
CHECK = """set -eu
whole() {
    said=$("$1" "$2" 2>&1) || { echo "its ${2##*/} is not whole: $(echo "$said" | tail -n 1)" >&2; exit 1; }
}
kind=manifest
[ -n "$(find "$1" -type f -name '*.manifest')" ] || kind=aof
find "$1" -type f -name "*.$kind" | while IFS= read -r file; do whole redis-check-aof "$file"; done
find "$1" -type f -name '*.rdb' ! -name 'temp-*' ! -name '*.base.rdb' |
    while IFS= read -r file; do whole redis-check-rdb "$file"; done
"""
# What it was just writing anew when it ended is of no use.
TRIM = """find "$1" -type f -name 'temp-*' -exec rm -f {} +"""


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
    data: str | None = Field(
        default=None,
        description="The `[data.NAME]` that a new server is filled from: keys made of a database's rows.",
        examples=["carts"],
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

    @property
    def _settings(self) -> dict[str, str]:
        return {**DEFAULTS, **self.config, "dir": "/data", "port": str(PORT)}

    def _conf(self, name: str) -> Text:
        lines = self._settings
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
            derived=Derived(self.data, ("sh", "-c", FEED, "feed", password, str(PORT))) if self.data else None,
            format=Format(
                numbers(self.version, self.image, said="version" in self.model_fields_set, count=2), reads_older=True
            ),
            freezing=Freezing(
                CHECK, TRIM, shaped_by=tuple(f"{key}={value}" for key, value in sorted(self._settings.items()))
            ),
        )

    def settings(self, name: str, project: str, at: Address) -> Mapping[str, Text]:
        """redis://default:PASSWORD@HOST:PORT/0 and its parts. `redis-cli -u` takes no password without a user."""
        password = Password(name)
        return {**reached("redis", at, login=text("default:", password, "@"), path="/0"), "password": text(password)}
