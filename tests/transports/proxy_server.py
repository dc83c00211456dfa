"""A proxy: forwards http, tunnels https, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from .wire_server import Received, answer, read_request


class ProxyServer:
    """Serves one request per connection.

    Args:
        credentials: refuse those who do not show them: the value of Proxy-Authorization.
        tls: speak TLS with the clients.
        silent: take connections, and say nothing.
    """

    def __init__(
        self,
        *,
        credentials: str | None = None,
        tls: ssl.SSLContext | None = None,
        silent: bool = False,
    ) -> None:
        self._credentials = credentials
        self._tls = tls
        self._silent = silent
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.received: list[Received] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for opened in self._sockets:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(opened, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: object, *args: object) -> None:
        assert callable(target)
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._start(self._serve, client)

    def _serve(self, raw: socket.socket) -> None:
        with raw, contextlib.suppress(OSError):
            self._sockets.append(raw)
            if self._silent:
                while raw.recv(65536):
                    pass
                return
            client = raw if self._tls is None else self._tls.wrap_socket(raw, server_side=True)
            self._sockets.append(client)
            with client:
                self._relay(client)

    def _relay(self, client: socket.socket) -> None:
        request = read_request(client)
        if request is None:
            return
        self.received.append(request)
        if self._credentials not in (None, request.headers.get("proxy-authorization")):
            client.sendall(answer(b"", status="407 Proxy Authentication Required"))
            return
        parts = urlsplit(request.target if "//" in request.target else f"//{request.target}")
        with socket.create_connection(("127.0.0.1", parts.port or 80)) as server:
            self._sockets.append(server)
            if request.method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                lines = [f"{request.method} {parts.path} HTTP/1.1"]
                lines += [f"{name}: {value}" for name, value in request.headers.items()]
                server.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + request.body)
            self._start(_copy, client, server)
            _copy(server, client)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
