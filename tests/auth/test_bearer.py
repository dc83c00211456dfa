"""Tokens: kept while they hold, fetched once however many ask."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from llmkit._auth.bearer import LAST, MARGIN, Token, TokenCache, bearer_of, with_bearer
from llmkit._http import HttpRequest
from llmkit.errors import ConfigurationError

MANY = 20
LONG = MARGIN + 60
SOON = LAST + 60
"""A life that is over soon, and still long enough for a request."""


class Source:
    """Gives tokens, and counts them.

    Args:
        lives: how many seconds each token holds; the last for all that come after.
        delay: how many seconds one takes.
        failing: whether there are none to be had.
    """

    def __init__(self, *lives: float, delay: float = 0.0, failing: bool = False) -> None:
        self.lives = lives or (LONG,)
        self.delay = delay
        self.failing = failing
        self.asked = 0

    def __call__(self) -> Token:
        self.asked += 1
        number = self.asked
        time.sleep(self.delay)
        if self.failing:
            raise ConfigurationError("no token")
        life = self.lives[min(number, len(self.lives)) - 1]
        return Token(f"token-{number}", time.time() + life)


def by_threads(cache: TokenCache) -> list[str | Exception]:
    """What many threads get that ask at once."""
    barrier = threading.Barrier(MANY)

    def one() -> str | Exception:
        barrier.wait()
        try:
            return cache.get()
        except ConfigurationError as error:
            return error

    with ThreadPoolExecutor(MANY) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(MANY)]]


def by_tasks(cache: TokenCache) -> list[str | Exception]:
    """What many tasks get that ask at once."""

    async def all_of_them() -> list[str | BaseException]:
        asking = (cache.aget() for _ in range(MANY))
        return await asyncio.gather(*asking, return_exceptions=True)

    got = asyncio.run(all_of_them())
    return [each for each in got if isinstance(each, str | Exception)]


crowds = pytest.mark.parametrize("crowd", [by_threads, by_tasks])
Crowd = Callable[[TokenCache], list[str | Exception]]


@crowds
def test_a_crowd_gets_one_token(crowd: Crowd) -> None:
    """Nobody has one: one asks for it, and all the others wait for that."""
    source = Source(delay=0.05)
    assert crowd(TokenCache(source)) == ["token-1"] * MANY
    assert source.asked == 1


@crowds
def test_a_crowd_shares_a_failure(crowd: Crowd) -> None:
    """They do not fail one after the other, each after a wait of its own."""
    source = Source(delay=0.05, failing=True)
    errors = crowd(TokenCache(source))
    assert [str(error) for error in errors] == ["no token"] * MANY
    assert source.asked == 1
    assert len({id(error) for error in errors}) == MANY  # each may be told where it happened


def test_a_failure_is_not_kept() -> None:
    """Who asks after it asks anew."""
    source = Source(failing=True)
    cache = TokenCache(source)
    with pytest.raises(ConfigurationError):
        cache.get()
    source.failing = False
    assert cache.get() == "token-2"


@crowds
def test_a_token_that_ends_soon_is_replaced_by_one(crowd: Crowd) -> None:
    """One fetches the next; who comes meanwhile goes on with the old, which still holds."""
    source = Source(SOON, LONG, delay=0.05)
    cache = TokenCache(source)
    assert cache.get() == "token-1"
    assert set(crowd(cache)) <= {"token-1", "token-2"}
    assert source.asked == 2
    assert cache.get() == "token-2"


def test_an_old_token_does_while_there_is_no_new_one() -> None:
    """It holds for a while yet; the next call tries again."""
    source = Source(SOON)
    cache = TokenCache(source)
    assert cache.get() == "token-1"
    source.failing = True
    assert [cache.get(), asyncio.run(cache.aget())] == ["token-1", "token-1"]
    assert source.asked == 3


def test_a_token_that_has_ended_is_not_sent() -> None:
    """Nor one that ends before it could arrive."""
    source = Source(LAST - 1)
    cache = TokenCache(source)
    assert [cache.get(), cache.get()] == ["token-1", "token-2"]


def test_a_dropped_token_is_not_used_again() -> None:
    """But what has come in its place is kept: many may be told at once that the old one ended."""
    cache = TokenCache(Source())
    assert cache.get() == "token-1"
    cache.drop("token-1")
    assert cache.get() == "token-2"
    cache.drop("token-1")
    assert cache.get() == "token-2"


def test_it_serves_one_event_loop_after_the_other() -> None:
    """A token outlives the loop that it was fetched in, and so does the cache."""
    source = Source(LONG)
    cache = TokenCache(source)
    assert [asyncio.run(cache.aget()) for _ in range(3)] == ["token-1"] * 3
    cache.drop("token-1")
    assert asyncio.run(cache.aget()) == "token-2"


def test_a_task_that_gives_up_takes_nobody_with_it() -> None:
    """The fetch goes on; who asks next has its token."""
    source = Source(delay=0.1)
    cache = TokenCache(source)

    async def impatient() -> str:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(cache.aget(), 0.02)
        return await cache.aget()

    assert asyncio.run(impatient()) == "token-1"
    assert source.asked == 1


def test_the_event_loop_goes_on_meanwhile() -> None:
    """What blocks does so in a thread."""
    cache = TokenCache(Source(delay=0.1))

    async def ticking() -> int:
        asking, ticks = asyncio.ensure_future(cache.aget()), 0
        while not asking.done():
            await asyncio.sleep(0.005)
            ticks += 1
        return ticks

    assert asyncio.run(ticking()) > 3


def test_a_token_is_not_in_its_repr() -> None:
    """Nor in that of the request that carries it."""
    request = with_bearer(HttpRequest("POST", "https://example.com", {"X-A": "b"}), "sesame")
    assert bearer_of(request) == "sesame"
    assert request.headers == {"X-A": "b", "Authorization": "Bearer sesame"}
    assert "sesame" not in repr(Token("sesame", 0.0)) + repr(request)
