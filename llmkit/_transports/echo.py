"""The transport of `echo`: it answers from within, with no socket and no key.

It reads the bytes that would go to a provider and gives back the bytes that OpenAI would send,
so that all else is the real thing: the request's form, the stream's decoder, errors. Answers
are deterministic, but for the time in them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from .._http import Headers, HttpRequest, HttpResponse, Limit, Timeout
from .._json import JsonObject, JsonValue, dumps
from ..errors import ClosedError, TimeoutError
from .echo_answer import answer, streamed, whole
from .echo_request import BadRequest, read

_MODELS: Final = ("demo",)


class EchoTransport:
    """Both colours in one: a `Transport` and an `AsyncTransport`.

    It answers `POST .../chat/completions` of any model and `GET .../models`:

    - a text that repeats the user's last one, cut by `stop` and `max_tokens`;
    - with tools, a call of those that the text seems to mean, else of the first, with
      arguments that fit their schemas; after a tool's result, a text about it;
    - with a JSON schema, a small value that fits it;
    - to what is malformed, the 400 that OpenAI would send.
    """

    def __init__(self) -> None:
        self.closed = False

    def send(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> HttpResponse:
        """As `Transport.send`."""
        status, headers, pieces = self._answered(request, deadline)
        return HttpResponse(status, headers, b"".join(pieces))

    def stream(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> EchoStream:
        """As `Transport.stream`."""
        return EchoStream(*self._answered(request, deadline), deadline)

    def close(self) -> None:
        """As `Transport.close`."""
        self.closed = True

    async def asend(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> HttpResponse:
        """As `AsyncTransport.asend`."""
        return self.send(request, timeout, deadline)

    async def astream(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> AsyncEchoStream:
        """As `AsyncTransport.astream`."""
        return AsyncEchoStream(self.stream(request, timeout, deadline))

    async def aclose(self) -> None:
        """As `AsyncTransport.aclose`."""
        self.closed = True

    def _answered(
        self, request: HttpRequest, deadline: float | None
    ) -> tuple[int, Headers, Iterable[bytes]]:
        if self.closed:
            raise ClosedError("the client is closed")
        _check(deadline)
        path = urlsplit(request.url).path
        if path.endswith("/chat/completions") and request.method == "POST":
            return _completion(request.body)
        if path.endswith("/models") and request.method == "GET":
            models: list[JsonValue] = [
                {"id": name, "object": "model", "created": 0, "owned_by": "llmkit"}
                for name in _MODELS
            ]
            return _json(200, {"object": "list", "data": models})
        return _error(404, f"Invalid URL ({request.method} {path})", None)


class EchoStream:
    """An answer that is read event by event."""

    def __init__(
        self, status: int, headers: Headers, pieces: Iterable[bytes], deadline: float | None
    ) -> None:
        self._status = status
        self._headers = headers
        self._pieces: Iterator[bytes] = iter(pieces)
        self._deadline = deadline

    @property
    def status(self) -> int:
        """As `ByteStream.status`."""
        return self._status

    @property
    def headers(self) -> Headers:
        """As `ByteStream.headers`."""
        return self._headers

    def read(self, limit: Limit) -> bytes:
        """As `ByteStream.read`."""
        _check(self._deadline)
        return next(self._pieces, b"")

    def close(self) -> None:
        """As `ByteStream.close`."""
        self._pieces = iter(())


class AsyncEchoStream:
    """`EchoStream`, awaited."""

    def __init__(self, stream: EchoStream) -> None:
        self._stream = stream

    @property
    def status(self) -> int:
        """As `ByteStream.status`."""
        return self._stream.status

    @property
    def headers(self) -> Headers:
        """As `ByteStream.headers`."""
        return self._stream.headers

    async def read(self, limit: Limit) -> bytes:
        """As `ByteStream.read`."""
        import asyncio  # running already, and no business of the other colour

        await asyncio.sleep(0)  # other tasks have their turn between the pieces
        return self._stream.read(limit)

    async def aclose(self) -> None:
        """As `ByteStream.close`."""
        self._stream.close()


def _completion(body: bytes) -> tuple[int, Headers, Iterable[bytes]]:
    try:
        asked = read(body)
    except BadRequest as bad:
        return _error(400, bad.message, bad.param)
    made = answer(asked, body, int(time.time()))
    if asked.stream:
        return 200, _headers("text/event-stream", made.id), streamed(made)
    return _json(200, whole(made), made.id)


def _error(status: int, message: str, param: str | None) -> tuple[int, Headers, Iterable[bytes]]:
    error: JsonObject = {
        "message": message,
        "type": "invalid_request_error",
        "param": param,
        "code": None,
    }
    return _json(status, {"error": error})


def _json(
    status: int, body: JsonObject, request_id: str = "echo"
) -> tuple[int, Headers, Iterable[bytes]]:
    return status, _headers("application/json", request_id), [dumps(body)]


def _headers(content_type: str, request_id: str) -> Headers:
    return Headers({"Content-Type": content_type, "X-Request-Id": f"req_{request_id}"})


def _check(deadline: float | None) -> None:
    if deadline is not None and time.monotonic() >= deadline:
        raise TimeoutError("the call's deadline passed", limit="total")
