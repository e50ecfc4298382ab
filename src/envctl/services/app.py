"""app: your own code, from a folder with a Dockerfile or from an image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from envctl.secret import KEY
from envctl.services.base import Complaint, Section, Service, reached
from envctl.services.fields import (
    Argv,
    Duration,
    Folder,
    Image,
    Inside,
    Line,
    Names,
    Port,
    Scalar,
    Variable,
    Volume,
    real,
    refuse,
    whole_or_table,
)
from envctl.services.probe import http_probe
from envctl.services.references import Told, references, resolve
from envctl.text import Named, Text, text
from envctl.workload import Address, Build, Mount, Probe, Workload

PATIENCE = 60.0


class BuildSection(Section):
    """How the image is built. A plain text is the folder."""

    context: Folder = Field(description="Folder that is built, relative to the stack file.", examples=["api"])
    dockerfile: Folder = Field(
        default="Dockerfile",
        description="The Dockerfile, relative to the folder.",
        examples=["docker/Dockerfile"],
    )
    target: Line | None = Field(default=None, description="Stage to stop at.", examples=["runtime"])
    args: dict[Variable, Scalar] = Field(
        default={},
        description="Build arguments (`ARG`). They stay in the image: no secrets.",
        examples=[{"MODE": "dev"}],
    )

    def at(self, root: Path) -> Build:
        """The same with absolute paths."""
        context = real(root / self.context)
        return Build(context, context / self.dockerfile, self.target, dict(self.args))


def _path(value: str) -> str:
    if not value.startswith("/"):
        raise refuse("must be a path that starts with /, or a command as a list of words")
    return value


class HealthSection(Section):
    """When the service is ready. A plain text is the path, a list the command."""

    path: Annotated[Line, AfterValidator(_path)] | None = Field(
        default=None,
        description="Path that answers a GET with 2xx or 3xx when it is ready.",
        examples=["/healthz"],
    )
    command: Argv | None = Field(
        default=None,
        description="Command inside the container that ends with 0 when it is ready.",
        examples=[["test", "-e", "/run/app/ready"]],
    )
    timeout: Duration = Field(
        default=PATIENCE,
        description="How long it may take until it is ready. A number is in seconds.",
        examples=["2m"],
    )


_PATH_OR_COMMAND = whole_or_table("path", str)


def _widen_health(value: object) -> object:
    return {"command": value} if isinstance(value, list) else _PATH_OR_COMMAND(value)


BuildField = Annotated[
    BuildSection, BeforeValidator(whole_or_table("context", str), json_schema_input_type=str | BuildSection)
]
HealthField = Annotated[
    HealthSection, BeforeValidator(_widen_health, json_schema_input_type=str | list[str] | HealthSection)
]


class App(Service):
    """Your own code: built from a folder with a Dockerfile (`build`) or run from an image (`image`)."""

    kind: Literal["app"] = Field(default="app", description="May be left out: a service without a kind is an app.")
    build: BuildField | None = Field(
        default=None,
        description="Folder with a Dockerfile, relative to the stack file, or a table. This or `image`.",
        examples=["api", {"context": ".", "dockerfile": "docker/api.Dockerfile"}],
    )
    image: Image | None = Field(
        default=None, description="Image to run. This or `build`.", examples=["ghcr.io/acme/api:2"]
    )
    command: Argv | None = Field(
        default=None,
        description="What runs instead of the image's own command: a list, or a line split as a shell would.",
        examples=[["uvicorn", "shop:app", "--host", "0.0.0.0"]],  # noqa: S104  # an example to show
    )
    port: Port | None = Field(
        default=None,
        description="Port it listens on in its container. It is published on 127.0.0.1 at a free port.",
        examples=[8000],
    )
    public: bool = Field(default=False, description="Listed by `envctl urls`: people open it.", examples=[True])
    env: dict[Variable, Scalar] = Field(
        default={},
        description="Environment variables. `${service.attribute}` and `${secrets.NAME}` are answered; `$${` is a "
        "plain `${`. Those that come to hold a password or secret are handed over in memory, out of sight of "
        "`docker inspect`.",
        examples=[{"DATABASE_URL": "${db.url}", "LOG_LEVEL": "debug"}],
    )
    secrets: Names = Field(
        default=(),
        description="Secrets that it gets as files `/run/secrets/NAME`. One without a "
        "`[secrets.NAME]` comes from whoever calls envctl: a variable of that name, else a key of `.env`.",
        examples=[["STRIPE_KEY"]],
    )
    plain_env: bool = Field(
        default=False,
        description="Variables with passwords and secrets stand in the container's own environment, where `docker "
        "inspect` shows them. For images without a shell (`/bin/sh`), which the other way needs.",
        examples=[True],
    )
    health: HealthField | None = Field(
        default=None,
        description="When it is ready: a path (GET answers 2xx or 3xx), a command as a list, or a table.",
        examples=["/healthz", ["test", "-e", "/run/app/ready"], {"path": "/healthz", "timeout": "2m"}],
    )
    before: Argv | None = Field(
        default=None,
        description="One-shot command in the service's own image, such as a migration: it runs to its end "
        "after the needs are ready and before the service starts.",
        examples=[["alembic", "upgrade", "head"]],
    )
    volumes: dict[Volume, Inside] = Field(
        default={},
        description="Volumes of the environment, and where they are mounted. "
        "Services that name the same volume share it.",
        examples=[{"uploads": "/var/uploads"}],
    )

    @property
    def listens(self) -> int | None:
        """The port inside the network."""
        return self.port

    def texts(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The environment's values."""
        yield from ((("env", key), value) for key, value in self.env.items())

    def complaints(self, name: str, project: str) -> Iterator[Complaint]:
        """Exactly one of image and build; what needs a port has one; two volumes are at two places."""
        if (self.image is None) == (self.build is None):
            message = "has both `image` and `build`" if self.image else "has neither `build` nor `image`"
            yield Complaint((), message, "give it a folder with a Dockerfile (`build`) or an `image`")
        if self.port is None and self.public:
            yield Complaint(("public",), "a service without a port has no URL", "add `port`")
        if self.health is not None:
            yield from self._health_complaints(self.health)
        yield from self._secret_complaints()
        places = [path.rstrip("/") for path in self.volumes.values()]
        for volume, path in self.volumes.items():
            if places.count(path.rstrip("/")) > 1:
                yield Complaint(("volumes", volume), f"another volume is mounted at {path} too")

    def _secret_complaints(self) -> Iterator[Complaint]:
        for volume, path in self.volumes.items():
            if f"{self.SECRETS}/".startswith(f"{path.rstrip('/')}/") or path.startswith(f"{self.SECRETS}/"):
                yield Complaint(("volumes", volume), f"{self.SECRETS} is where secrets are mounted")

    def _health_complaints(self, health: HealthSection) -> Iterator[Complaint]:
        if (health.path is None) == (health.command is None):
            found = "has both `path` and `command`" if health.path else "has neither `path` nor `command`"
            yield Complaint(("health",), found, "give it exactly one of them")
        elif health.path is not None and self.port is None:
            yield Complaint(("health",), "a path is asked for at the service's port, and it has none", "add `port`")

    @property
    def used_secrets(self) -> tuple[str, ...]:
        """The secrets that it lists or refers to: it gets the files of all of them."""
        referred = (reference.secret for value in self.env.values() for reference in references(value))
        return tuple(dict.fromkeys((*self.secrets, *(name for name in referred if name))))

    def _secret_files(self) -> dict[str, Text]:
        """The environment's key goes with them: who looks at the container later can tell by it what has changed."""
        used = self.used_secrets
        return {f"{self.SECRETS}/{name}": text(Named(name)) for name in (*used, *((KEY,) if used else ()))}

    def _probe(self) -> Probe | None:
        if self.health is None:
            return None
        if self.health.path is not None and self.port is not None:
            return http_probe(self.port, self.health.path, self.health.timeout)
        return Probe(self.health.command or (), self.health.timeout)

    def workload(self, name: str, project: str, root: Path, told: Told) -> Workload:
        """The image, its environment with every reference answered, and how it shows that it is ready."""
        variables = {key: resolve(value, told) for key, value in self.env.items()}
        hidden = {} if self.plain_env else {k: v for k, v in variables.items() if any(v.confidential())}
        return Workload(
            service=name,
            kind=self.kind,
            image=self.image,
            build=self.build.at(root) if self.build else None,
            command=self.command,
            environment={key: value for key, value in variables.items() if key not in hidden},
            hidden=hidden,
            files=self._secret_files(),
            mounts=tuple(Mount(volume, path) for volume, path in sorted(self.volumes.items())),
            port=self.port,
            public=self.public,
            probe=self._probe(),
            needs=self.needs,
            before=self.before,
        )

    def settings(self, name: str, project: str, at: Address) -> Mapping[str, Text]:
        """http://HOST:PORT and its parts."""
        return reached("http", at) if self.port else {}
