"""A server on this machine that gives tokens, as Google's, Microsoft's and IBM's do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from attrs import Factory, define


@define
class TokenServer:
    """What it does, and what it was asked.

    Args:
        url: where it is.
        lifetime: how many seconds its tokens hold.
        delay: how many seconds an answer takes.
        status: the status of each answer; from 400 on, no token is given.
        paths: what was asked for, in order.
        bodies: and how.
    """

    url: str
    lifetime: int = 3600
    delay: float = 0.0
    status: int = 200
    paths: list[str] = Factory(list)
    bodies: list[bytes] = Factory(list)

    @property
    def host(self) -> str:
        """Host and port."""
        return self.url.removeprefix("http://")

    def answer(self, path: str) -> tuple[int, bytes]:
        """The answer to a request for *path*."""
        self.paths.append(path)
        number = len([each for each in self.paths if "token" in each])
        time.sleep(self.delay)
        if self.status >= 400:
            told = {"error": "invalid_grant", "error_description": "Account not found\nmore"}
            return self.status, json.dumps(told).encode()
        if "token" not in path:
            known = {"project-id": b"machine-project", "service-accounts": b'{"email": "a@b"}'}
            return 200, next((body for end, body in known.items() if end in path), b"{}")
        token = {
            "access_token": f"token-{number}",
            "expires_in": self.lifetime,
            "expires_on": str(int(time.time()) + self.lifetime),
            "resource": "https://example.com",
            "token_type": "Bearer",
        }
        return 200, json.dumps(token).encode()


@contextmanager
def giving_tokens() -> Iterator[TokenServer]:
    """A server that runs as long as the context."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            tokens.bodies.append(self.rfile.read(length))
            status, body = tokens.answer(self.path)
            self.send_response(status)
            self.send_header("Metadata-Flavor", "Google")
            sort = "application/json" if body.startswith(b"{") else "text/plain"
            self.send_header("Content-Type", sort)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  # http.server's own name

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the tests say what they saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tokens = TokenServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield tokens
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
