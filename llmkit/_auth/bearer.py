"""Bearer tokens: kept while they hold, and fetched once however many ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from attrs import evolve, field

from .._frozen import frozen
from ..errors import LLMKitError

if TYPE_CHECKING:
    import asyncio

    from .._http import HttpRequest

MARGIN: Final = 225.0
"""How many seconds before its end a token is replaced.

Google's metadata server gives the same token until it has less than 300 seconds left: a wider
margin would ask it in vain. It is the margin of Google's own library.
"""

LAST: Final = 10.0
"""A token with fewer seconds than these left is not sent: it might not arrive in time."""


@frozen
class Token:
    """A token.

    Args:
        value: what stands behind "Bearer".
        expires_at: its end, as `time.time()` counts.
    """

    value: str = field(repr=False)
    expires_at: float


class TokenCache:
    """The token of the moment. Threads and event loops may share it.

    Whoever finds no token fetches one, and all others wait for that and share its outcome;
    whoever finds one that ends soon fetches the next, while the others go on with the old.

    Args:
        fetch: gets a token, and blocks until it is there; raises `LLMKitError`.
    """

    def __init__(self, fetch: Callable[[], Token]) -> None:
        self._fetch = fetch
        self._token: Token | None = None
        self._failure: LLMKitError | None = None
        self._failed_at = 0.0
        self._lock = threading.Lock()
        self._gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )

    def get(self) -> str:
        """The token.

        Raises:
            LLMKitError: there is none, and none to be had.
        """
        return self._get(time.monotonic())

    async def aget(self) -> str:
        """The token; what is fetched is fetched in a thread, one at a time."""
        import asyncio

        asked_at = time.monotonic()
        token = self._token
        if token is not None and _left(token) > MARGIN:
            return token.value
        gate = self._gate(asyncio.get_running_loop())
        if token is not None and _left(token) > LAST and gate.locked():
            return token.value
        async with gate:
            return await asyncio.to_thread(self._get, asked_at)

    def drop(self, value: str) -> None:
        """Do not use the token *value* again; another may be here already."""
        token = self._token
        if token is not None and token.value == value:
            self._token = None

    def _get(self, asked_at: float) -> str:
        token = self._token
        if token is not None and _left(token) > MARGIN:
            return token.value
        old = token if token is not None and _left(token) > LAST else None
        if old is None:
            self._lock.acquire()
        elif not self._lock.acquire(blocking=False):
            return old.value
        try:
            return self._renewed(old, asked_at).value
        finally:
            self._lock.release()

    def _renewed(self, old: Token | None, asked_at: float) -> Token:
        """Under the lock: the token that another has just fetched, or a new one."""
        token = self._token
        if token is not None and token is not old and _left(token) > LAST:
            return token
        if self._failure is not None and old is None and self._failed_at >= asked_at:
            raise copy(self._failure)  # what those who waited for it get, without waiting again
        try:
            token = self._fetch()
        except LLMKitError as error:
            if old is not None:
                return old  # it holds for a while yet; the next call tries again
            self._failure, self._failed_at = copy(error), time.monotonic()
            raise
        self._token, self._failure = token, None
        return token

    def _gate(self, loop: asyncio.AbstractEventLoop) -> asyncio.Lock:
        """One lock per event loop: those that wait take no thread for it."""
        import asyncio

        gate = self._gates.get(loop)
        if gate is None:
            gate = self._gates[loop] = asyncio.Lock()
        return gate


def _left(token: Token) -> float:
    return token.expires_at - time.time()


def with_bearer(request: HttpRequest, token: str, **more: str) -> HttpRequest:
    """*request* with *token* on it, and what else goes with that."""
    return evolve(request, headers={**request.headers, **more, "Authorization": f"Bearer {token}"})


def bearer_of(request: HttpRequest) -> str:
    """The token that stands on *request*, or ""."""
    return next(
        (
            value.removeprefix("Bearer ")
            for name, value in request.headers.items()
            if name.lower() == "authorization"
        ),
        "",
    )
