"""A git server and its forge, made of values and asked over HTTP: `git ls-remote` and GitHub's API work on it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SHA = "1" * 40
_PATH = "/own/shop"


@dataclass
class Hub:
    """One repository. Tests change it, and whoever asks is answered so."""

    address: str = ""
    branches: set[str] = field(default_factory=lambda: {"refs/heads/main"})
    pulls: dict[str, list[datetime | None]] = field(default_factory=dict)  # by full ref: when closed, None: open
    silent: bool = False  # git gets no answer
    forge_silent: bool = False

    @property
    def url(self) -> str:
        """The remote's."""
        return f"{self.address}{_PATH}"

    @property
    def environ(self) -> dict[str, str]:
        """The variables by which the forge is found."""
        return {"GITHUB_SERVER_URL": self.address, "GITHUB_API_URL": f"{self.address}/api", "no_proxy": "127.0.0.1"}

    def answer(self, target: str) -> tuple[int, str, str]:
        """Status, kind and text of the answer to a GET."""
        parts = urlsplit(target)
        if parts.path == f"{_PATH}/info/refs" and not self.silent:  # git's simple protocol (gitprotocol-http)
            return 200, "text/plain", "".join(f"{SHA}\t{ref}\n" for ref in sorted(self.branches))
        if parts.path == f"/api/repos{_PATH}/pulls" and not self.forge_silent:
            name = parse_qs(parts.query)["head"][0].partition(":")[2]
            return 200, "application/json", json.dumps(self._pulls(name))
        return 404, "text/plain", ""

    def _pulls(self, name: str) -> list[dict[str, Any]]:
        closings = enumerate(self.pulls.get(f"refs/heads/{name}", []), 1)
        return [
            {
                "number": number,
                "state": "closed" if closed else "open",
                "merged_at": closed.isoformat() if closed else None,
                "closed_at": closed.isoformat() if closed else None,
                "head": {"ref": name, "sha": SHA, "repo": {"id": 1}},
                "base": {"repo": {"id": 1}},
                "html_url": f"{self.url}/pull/{number}",
            }
            for number, closed in closings
        ]


@contextmanager
def hub() -> Iterator[Hub]:
    """One that answers on a port of its own as long as this lasts."""
    made = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, text = made.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        server.shutdown()
