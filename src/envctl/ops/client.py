"""The database client of a service's own image, run inside its container."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envctl.errors import EnvctlError, Exit
from envctl.secret import Secret
from envctl.world import World
from envctl.world.ends import STANDARD, Ends
from envctl.world.pipes import Input, Reading
from envctl.world.shell import Finished

if TYPE_CHECKING:
    from envctl.world.fifos import Fifos

_USER = "postgres"
# psql ends with 2 where no server answers; asking anything else first would take as long again.
_ONCE_IT_ANSWERS = (
    "sh",
    "-c",
    """said=$(cat); n=0
until printf '%s\\n' "$said" | "$@"; do [ $? = 2 ] && [ $((n += 1)) -lt 5000 ] || exit 1; sleep 0.01; done""",
    "envctl",
)


@dataclass(frozen=True)
class DatabaseClient:
    """Runs psql and its kin in a container as the unprivileged user `postgres`, through the local socket."""

    world: World
    container: str
    fifos: Fifos | None = None  # that it sees
    user: str = _USER

    def run(
        self, argv: tuple[str, ...], *, stdin: Input | None = None, env: Mapping[str, str] | None = None
    ) -> Finished:
        """Run a command to its end."""
        if stdin is None:
            return self.world.shell.run(self._words(argv, env))
        with self._ends() as ends:
            return self.world.shell.run(self._words(argv, env, ends), stdin=stdin, through=ends)

    @contextmanager
    def reading(
        self, argv: tuple[str, ...], *, stdin: Input = (), env: Mapping[str, str] | None = None
    ) -> Iterator[Reading]:
        """Run a command, and read what it prints while it does."""
        with (
            self._ends(both=True) as ends,
            self.world.shell.reading(self._words(argv, env, ends), stdin=stdin, through=ends) as reading,
        ):
            yield reading

    def _ends(self, *, both: bool = False) -> AbstractContextManager[Ends]:
        return self.fifos.ends(both=both) if self.fifos else nullcontext(STANDARD)

    def _words(self, argv: tuple[str, ...], env: Mapping[str, str] | None, ends: Ends | None = None) -> tuple[str, ...]:
        variables = [word for name, value in (env or {}).items() for word in ("--env", f"{name}={value}")]
        options = ("--interactive",) if ends is not None and ends.stdin is None else ()
        inside = ends.words(argv) if ends else argv
        return ("docker", "exec", "--user", self.user, *options, *variables, self.container, *inside)

    def _told(self, argv: tuple[str, ...], said: bytes) -> Finished:
        """The same for a few lines: of a daemon that is near without Docker's client, which takes longer to start."""
        if self.world.engine.is_near:
            return self.world.engine.execute(self.container, argv, self.user, said)
        return self.run(argv, stdin=[said])

    def set_password(self, user: str, password: Secret, *, patient: bool = False) -> None:
        """Give a role a password; it goes by standard input, where no process list shows it.

        `patient`: the server is still starting, and is asked until it answers.
        """
        role = user.replace('"', '""')
        statement = f"SET log_statement TO 'none';\nALTER ROLE \"{role}\" PASSWORD '{password.reveal()}';\n"
        argv = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--username={user}", "--dbname=postgres")
        words, said = (*_ONCE_IT_ANSWERS, *argv) if patient else argv, statement.encode()
        finished = self._told(words, said)
        if finished.status != 0:
            raise EnvctlError(
                Exit.OUR_FAULT,
                f"the password of {user} could not be set in {self.container}",
                details=tuple(finished.stderr.decode("utf-8", "replace").splitlines()[-3:]),
                hint="Run `envctl up` again, or `envctl down` and `envctl up` to begin anew.",
            )
