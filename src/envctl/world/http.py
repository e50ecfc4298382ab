"""JSON over HTTP, with bounds on everything: time, size, tries, and who gets to see the token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from envctl import __version__
from envctl.forge import Refused
from envctl.secret import Secret
from envctl.world.replies import bounded, fault, following, origin, pause, phrase

if TYPE_CHECKING:
    from requests import Response, Session

_REDIRECTS = {301, 302, 303, 307, 308}
_SAME_REQUEST = {307, 308}  # the others are followed for what only reads
_SAID = 200  # characters of what the other side says


@dataclass(frozen=True)
class Limits:
    """Seconds, bytes and counts. `whole` is for everything that one client is asked."""

    connect: float = 5.0
    read: float = 15.0
    whole: float = 60.0
    wait: float = 10.0  # longest that a rate limit or a fault is waited for
    again: float = 0.5  # before a server that failed is asked once more
    size: int = 16 * 2**20
    tries: int = 3
    hops: int = 3


@dataclass(frozen=True)
class Answer:
    """What a server answered: the JSON value, and its headers by their names in lower case."""

    value: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Http:
    """A client of one server. `secrets` are headers that only this very server gets to see; nothing is raised."""

    base: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)  # where proxies and certificates are named
    limits: Limits = Limits()  # frozen
    _over: list[Refused] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def host(self) -> str:
        """The server, as messages name it."""
        return urlsplit(self.base).netloc

    def ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Any = None
    ) -> Answer | Refused:
        """One request, tried again where that may help. `path` comes after the base, or is a whole URL of this server.

        Once the server lets nobody in, is out of reach or wants a longer rest than we wait, it is not asked again.
        """
        url = path if "://" in path else f"{self.base}{path}"
        if origin(url) != origin(self.base):
            return Refused(f"{self.host} points to another server")
        for attempt in range(1, self.limits.tries + 1):
            if self._over:
                return self._over[0]
            if self._latest <= monotonic():
                return self._end(Refused(f"{self.host} takes too long"))
            found = self._within(lambda: self._once(method, url, query, body))
            if isinstance(found, _Later):
                if attempt == self.limits.tries or not self._rest(found.seconds):
                    return self._end(found.refused) if found.of_all else found.refused
                continue
            return self._end(found) if isinstance(found, Refused) and found.status in (0, 401) else found
        raise AssertionError  # the last try has answered

    def pages(self, path: str, *, query: Mapping[str, str], at_most: int) -> Iterator[Answer | Refused]:
        """Each page of a list to its end: by the Link header, else by the number in x-next-page."""
        found = self.ask("GET", path, query={**query, "per_page": "100"})
        for _ in range(at_most):
            yield found
            if isinstance(found, Refused) or (more := following(found.headers)) is None:
                return
            if more.isdecimal():
                found = self.ask("GET", path, query={**query, "per_page": "100", "page": more})
            else:
                found = self.ask("GET", urljoin(f"{self.base}/", more))
        yield Refused(f"{self.host} has more pages than {at_most}")

    @cached_property
    def _latest(self) -> float:
        return monotonic() + self.limits.whole

    def _end(self, refused: Refused) -> Refused:
        self._over.append(refused)
        return refused

    def _rest(self, seconds: float) -> bool:
        """Wait, if that is short; whether we did."""
        if seconds > self.limits.wait or monotonic() + seconds > self._latest:
            return False
        Event().wait(seconds)
        return True

    def _within(self, work: Callable[[], Answer | Refused | _Later]) -> Answer | Refused | _Later:
        """The work's result within our time: neither a resolver nor a header that drips in knows of it."""
        future: Future[Answer | Refused | _Later] = Future()
        Thread(target=_run, args=(future, work), daemon=True).start()
        left = self._latest - monotonic()
        try:
            return future.result(max(0.0, min(left, self.limits.connect + 2 * self.limits.read)))
        except TimeoutError:
            return Refused(f"{self.host} does not answer")

    def _once(self, method: str, url: str, query: Mapping[str, str] | None, body: Any) -> Answer | Refused | _Later:
        from requests import RequestException

        try:
            for _ in range(self.limits.hops + 1):
                with self._send(method, url, query, body) as response:
                    if response.status_code not in _REDIRECTS:
                        return self._answered(response)
                    url, query = urljoin(url, response.headers.get("Location", "")), None
                    if origin(url) != origin(self.base):
                        return Refused(f"{self.host} sends us to another server, which was not asked", 300)
                    if method != "GET" and response.status_code not in _SAME_REQUEST:
                        return Refused(f"{self.host} has moved what was asked for", 300)
            return Refused(f"{self.host} sends us in circles", 300)
        except (RequestException, OSError, ValueError) as failure:
            what, passing = fault(failure)
            refused = Refused(f"{self.host} {what}")
            return _Later(refused, self.limits.again, of_all=True) if passing and method != "POST" else refused

    def _send(self, method: str, url: str, query: Mapping[str, str] | None, body: Any) -> Response:
        return self._session.request(
            method,
            url,
            params=query,
            data=None if body is None else json.dumps(body).encode(),
            headers={} if body is None else {"Content-Type": "application/json"},
            auth=self._sign,  # also keeps requests from looking into a .netrc
            timeout=(self.limits.connect, self.limits.read),
            allow_redirects=False,
            stream=True,
        )

    def _sign(self, request: Any) -> Any:
        request.headers.update({name: secret.reveal() for name, secret in self.secrets.items()})
        return request

    @cached_property
    def _session(self) -> Session:
        from http.cookiejar import DefaultCookiePolicy

        from requests import Session

        session = Session()
        session.headers.update({"User-Agent": f"envctl/{__version__}", "Accept": "application/json", **self.headers})
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        named = (self.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"))
        session.verify = next(filter(None, named), True)
        return session

    def _answered(self, response: Response) -> Answer | Refused | _Later:
        headers = {name.lower(): value for name, value in response.headers.items()}
        status = response.status_code
        content = bounded(response, self.limits.size)
        if content is None:
            return Refused(f"{self.host} answers with more than {self.limits.size} bytes", status)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            try:
                return Answer(json.loads(content) if content else None, headers)
            except (ValueError, RecursionError):
                return Refused(f"{self.host} answers with something that is no JSON", status)
        refused = Refused(self._why(status, content), status)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # it may have done what it was sent: that is not sent twice
            return refused if response.request.method == "POST" else _Later(refused, self.limits.again, of_all=False)
        seconds = pause(status, headers)
        if seconds is None:
            return refused
        limited = f"{self.host} wants to be asked less often, next in {seconds:.0f} s (answer {status})"
        return _Later(Refused(limited, HTTPStatus.TOO_MANY_REQUESTS), seconds, of_all=True)

    def _why(self, status: int, content: bytes) -> str:
        """The status in words, with what the server says of it; no secret of ours, should it repeat one."""
        text = f"{self.host} answers {status}{phrase(status)}"
        try:
            said = json.loads(content)
            message = str(said.get("message") or said.get("error") or "") if isinstance(said, dict) else ""
        except (ValueError, RecursionError):
            message = ""
        for secret in self.secrets.values():
            for word in secret.reveal().split():
                message = message.replace(word, "•••")
        plain = "".join(c if c.isprintable() else " " for c in message)[:_SAID].strip()
        return f"{text}: {plain}" if plain else text


@dataclass(frozen=True)
class _Later:
    """Refused for now; in so many seconds it may be otherwise. `of_all`: whatever is asked."""

    refused: Refused
    seconds: float
    of_all: bool


def _run(future: Future[Any], work: Callable[[], Any]) -> None:
    try:
        future.set_result(work())
    except BaseException as failure:  # whoever waits for it raises it
        future.set_exception(failure)
