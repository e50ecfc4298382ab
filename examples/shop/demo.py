"""Brings the shop up and orders something through its page, then asks every service what it knows of the order.

    .venv/bin/python examples/shop/demo.py [--env NAME]

Nothing but the standard library and `envctl`, which it finds next to this Python.
"""

from __future__ import annotations

import argparse
import http.client
import http.cookiejar
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ENVCTL = Path(sys.executable).parent / "envctl"
SECONDS_TO_CONFIRM = 60
JSON = {"Content-Type": "application/json"}
CUSTOMER = {
    "name": "Robin Example",
    "email": "robin@example.com",
    "street": "1 Demo Street",
    "postcode": "D02 XY00",
    "city": "Dublin",
    "country": "IE",
    "card": "4242 4242 4242 4242",
}


class Failed(Exception):
    """A hop that did not go: the message says which, and what to look at."""


@dataclass(frozen=True)
class Envctl:
    """envctl on the shop's stack file, for one environment."""

    env: str

    def ask(self, command: str, *arguments: str) -> Any:
        """The data of `envctl COMMAND --json`; its progress goes to the terminal as always."""
        result = self._run(command, [*arguments, "--json"])
        try:
            envelope = json.loads(result.stdout)
        except ValueError:
            raise Failed(f"`envctl {command}` gave no answer (exit status {result.returncode}).") from None
        if not envelope["ok"]:
            error = envelope["error"]
            raise Failed("\n".join(filter(None, [error["message"], error.get("hint")])))
        return envelope["data"]

    def inside(self, service: str, *command: str) -> str:
        """What a command says that runs in a service's container."""
        result = self._run("exec", ["--no-tty", service, *command])
        if result.returncode != 0:
            raise Failed(f"`envctl exec {service} {command[0]}` ended with {result.returncode}.")
        return result.stdout.strip()

    def _run(self, command: str, rest: list[str]) -> subprocess.CompletedProcess[str]:
        options = ["--env", self.env, "--file", str(HERE / "envctl.toml")]
        return subprocess.run([ENVCTL, command, *options, *rest], stdout=subprocess.PIPE, text=True, check=False)


class Visitor:
    """Somebody with a browser: keeps cookies, and knows no address but the page's."""

    def __init__(self, page: str) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        # Straight to this machine, whatever proxy the shell has.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
        self._page = page.rstrip("/")

    def fetch(self, path: str, method: str = "GET", body: Any = None) -> bytes:
        """What the shop says; an error of its own becomes ours, with its words."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._page + path, data, JSON, method=method)  # noqa: S310 - up said it
        try:
            with self._opener.open(request, timeout=20) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as problem:
            raise Failed(f"{method} {path}: {problem.code} {problem.read()[:300].decode(errors='replace')}") from None
        except (OSError, http.client.HTTPException) as problem:
            raise Failed(f"{method} {path}: {problem}") from None

    def get(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """The same, as JSON."""
        return json.loads(self.fetch(path, method, body))

    def events(self, path: str) -> Iterator[Any]:
        """Each thing the shop tells by itself, as it tells it."""
        try:
            with self._opener.open(self._page + path, timeout=SECONDS_TO_CONFIRM) as stream:
                for line in stream:
                    if line.startswith(b"data: "):
                        yield json.loads(line[len(b"data: ") :])
        except (OSError, http.client.HTTPException) as problem:
            raise Failed(f"{path}: {problem}") from None


class Story:
    """What happened, told line by line."""

    def __init__(self) -> None:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self._bold, self._dim, self._green, self._off = (
            ("\033[1m", "\033[2m", "\033[32m", "\033[0m") if colour else ("",) * 4
        )

    def title(self, text: str) -> None:
        """What follows."""
        print(f"\n{self._bold}{text}{self._off}")

    def hop(self, where: str, what: str, took: str = "") -> None:
        """One thing that went well."""
        line = f"  {self._green}✓{self._off} {where:<9} {what:<58} {self._dim}{took:>10}{self._off}"
        print(line.rstrip(), flush=True)

    def hint(self, command: str, what: str) -> None:
        """Something to try."""
        print(f"  {command:<48} {self._dim}{what}{self._off}".rstrip())


def buy(visitor: Visitor, story: Story) -> Any:
    """Go through the page like anybody: look, choose, order, wait until it is confirmed."""
    began = time.monotonic()

    def took() -> str:
        nonlocal began
        began, before = time.monotonic(), began
        return f"{(began - before) * 1000:.0f} ms"

    if b"<title>Alder &amp; Finch</title>" not in visitor.fetch("/"):
        raise Failed("The page that web serves is not the shop's.")
    story.hop("web", "the page", took())
    found = visitor.get("/api/products")
    story.hop("api", f"{len(found['products'])} products, out of {found['from'].capitalize()}", took())
    choice = max(found["products"], key=lambda product: product["stock"])
    basket = visitor.get(f"/api/basket/{choice['id']}", "PUT", {"quantity": 1})
    story.hop("cache", f"in the basket: {basket['lines'][0]['name']}, {euros(basket['total_cents'])}", took())
    order = visitor.get("/api/orders", "POST", CUSTOMER)
    story.hop("db", f"order {order['number']} written, stock {choice['stock']} → {choice['stock'] - 1}", took())
    decided = wait(visitor, order["ref"])
    hops = decided["hops"]
    for service, hop, what in (
        ("events", "published", "the order's event is on the topic `orders`"),
        ("worker", "consumed", "has it, and captures the payment"),
        ("cache", "decided", f"{decided['status']}: the page changes by itself"),
    ):
        story.hop(service, what, f"+{hops[hop] - hops['placed']} ms")
    return decided


def wait(visitor: Visitor, ref: str) -> Any:
    """Listen to the order's own events until it is decided."""
    until = time.monotonic() + SECONDS_TO_CONFIRM
    for order in visitor.events(f"/api/orders/{ref}/events"):
        if order["status"] == "confirmed":
            return order
        if order["status"] != "received" or time.monotonic() > until:
            break
    raise Failed(f"The order was not confirmed within {SECONDS_TO_CONFIRM} s. Is the worker well?")


def verify(envctl: Envctl, order: Any, story: Story) -> None:
    """Ask db, cache and events themselves, past the shop's own code paths."""
    ref = order["ref"]
    when = "to_char(confirmed_at, 'HH24:MI:SS.MS')"
    query = f"SELECT status || ' at ' || {when} FROM orders WHERE ref = '{ref}'"  # noqa: S608 - a uuid
    row = envctl.inside("db", "psql", "-U", "postgres", "-d", "shop", "-XAtc", query)
    expect("db", "confirmed", row)
    story.hop("db", f"orders: number {order['number']}, {row}")
    code = f"import os, redis; print(redis.from_url(os.environ['REDIS_URL']).hget('order:{ref}', 'status').decode())"
    kept = envctl.inside("api", "python", "-c", code)
    expect("cache", "confirmed", kept)
    story.hop("cache", f"order:{ref[:8]}…: {kept}")
    event = json.loads(envctl.inside("worker", "python", "payments.py", ref))
    expect("events", "confirmed", event["status"])
    story.hop("events", f"payments, offset {event['offset']}: {euros(event['amount_cents'])} {event['status']}")


def expect(service: str, expected: str, said: str) -> None:
    """Stop unless it was said."""
    if not said.startswith(expected):
        raise Failed(f"{service} says {said!r} of the order, not {expected!r}.")


def euros(cents: int) -> str:
    """A price."""
    return f"€{cents / 100:.2f}"


def main() -> int:
    """The whole demonstration; 0 only if every hop went."""
    parser = argparse.ArgumentParser(description="An order's way through the shop.")
    parser.add_argument("--env", default="demo", help="the environment's name (demo)")
    env = parser.parse_args().env
    envctl, story = Envctl(env), Story()
    try:
        up = envctl.ask("up")
        page = next(each["url"] for each in envctl.ask("urls") if each["service"] == "web")
        story.title("The shop is up" if up["steps"] else "The shop was already up: nothing was to do")
        story.hop(env, f"{len(up['services'])} services: {', '.join(each['name'] for each in up['services'])}",
                  f"{up['seconds']:.1f} s")  # fmt: skip
        story.title("An order, through the page's own address")
        order = buy(Visitor(page), story)
        story.title("Asked again, each for itself")
        verify(envctl, order, story)
    except Failed as problem:
        print(f"\ndemo: {problem}\nNothing was removed. To look: {tool()} logs --env {env}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted. Run it again: it goes on from here.", file=sys.stderr)
        return 130
    farewell(story, page, order["ref"], env)
    return 0


def tool() -> str:
    """envctl, as somebody types it who is in the shop's folder."""
    return os.path.relpath(ENVCTL, HERE)


def farewell(story: Story, page: str, ref: str, env: str) -> None:
    """Where to look, and what to try next."""
    story.title("Look at it")
    story.hint(page, "the shop: order something yourself")
    story.hint(f"{page.rstrip('/')}/#/order/{ref}", "")
    story.title(f"Go on, in {os.path.relpath(HERE)}")
    story.hint(f"alias envctl={ENVCTL}", "")
    story.hint(f"envctl logs -f worker --env {env}", "follow the worker")
    story.hint(f"envctl exec --env {env} db psql -U postgres shop", "ask the database")
    story.hint("git switch -c my-change && envctl up", "a second environment for a branch, beside this one")
    story.hint("envctl ls", "all of them")
    story.hint(f"envctl down --env {env}", "remove this one, and nothing else")
    print()


if __name__ == "__main__":
    sys.exit(main())
