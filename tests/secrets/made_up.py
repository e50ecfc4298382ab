"""An environment whose services use secrets, and a daemon that holds files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from envctl import labels
from envctl.observed import Container
from envctl.secret import KEY, Secret, Secrets, Source
from envctl.text import Named, Password, text
from tests.planning.made_up import API, DB, EVENTS, WEB, blueprint

CACHE = replace(
    DB,
    service="cache",
    files={
        "/run/secrets/cache.conf": text("requirepass ", Password("cache"), "\n"),
        "/run/secrets/cache-password": text(Password("cache")),
    },
)
SHOP = blueprint((DB, CACHE, EVENTS, API, WEB))
PASSWORDS: Secrets = {Password("db"): Secret("one"), Password("cache"): Secret("two")}

PAYING = replace(
    API,
    hidden={"STRIPE": text("key ", Named("STRIPE_KEY"))},
    files={f"/run/secrets/{name}": text(Named(name)) for name in ("STRIPE_KEY", "SIGNING_KEY", KEY)},
    needs=(),
)
SIGNING = replace(WEB, files={"/run/secrets/SIGNING_KEY": text(Named("SIGNING_KEY"))}, needs=())
SOURCES = {
    "STRIPE_KEY": Source("env", key="STRIPE_KEY"),
    "SIGNING_KEY": Source("generated", length=32),
    "UNUSED": Source("env", key="UNUSED"),
    KEY: Source("generated", length=32),
}
PAYMENTS = replace(blueprint((PAYING, SIGNING)), secrets=SOURCES)


@dataclass
class Daemon:
    """The part of the engine by which a file is read from a container."""

    files: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def read_file(self, container: str, path: str) -> bytes | None:
        return self.files.get((container, path))


def container(service: str, state: str = "running") -> Container:
    """The container of a service."""
    own = {**SHOP.labels, labels.SERVICE: service, labels.ROLE: "service"}
    return Container(f"id-of-{service}", SHOP.container(service), own, "image", state)
