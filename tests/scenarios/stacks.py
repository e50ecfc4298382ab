"""Pieces of stack files that the scenarios are made of."""

from __future__ import annotations

# Ends when it is told to, which a plain `sleep` as the first process of a container does not.
IDLE = 'command = ["sh", "-c", "trap exit TERM; sleep infinity & wait"]'

# Serves what lies beside it, and ends when it is told to.
SERVER = """\
import http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
http.server.ThreadingHTTPServer(("", 8000), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
DOCKERFILE = """\
FROM python:3.13-slim
WORKDIR /site
COPY . .
CMD ["python", "server.py"]
"""
SITE = {"web__Dockerfile": DOCKERFILE, "web__server.py": SERVER, "web__hello.txt": "hello"}

WEB = """
[services.web]
build = "web"
port = 8000
public = true
health = "/hello.txt"
"""

STORES = """
[services.db]
kind = "postgres"
[services.events]
kind = "kafka"
topics = { orders = 3, payments = 1 }
[services.cache]
kind = "redis"
"""

# A container to try things from.
TOOLS = f"""
[services.tools]
image = "python:3.13-slim"
{IDLE}
"""

FULL = f"""{WEB}needs = ["db", "events", "cache"]
{STORES}"""
