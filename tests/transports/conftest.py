"""The colours, and a private CA."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import trustme
from attrs import frozen

from llmkit import Bounds
from llmkit._transports.environment import Environment

from .colour import NO_PROXY, AsyncColour, Colour, SyncColour

if TYPE_CHECKING:
    from typing import TypedDict, Unpack

    class Options(TypedDict, total=False):
        max_connections: int
        bounds: Bounds
        environment: Environment


@pytest.fixture(params=["sync", "async"])
def make_colour(request: pytest.FixtureRequest) -> Iterator[Callable[..., Colour]]:
    """Makes transports of one colour, closed after the test."""
    made: list[Colour] = []
    with asyncio.Runner() as runner:

        def make(**options: Unpack[Options]) -> Colour:
            from llmkit._transports.async_aiohttp import AiohttpTransport
            from llmkit._transports.sync_requests import RequestsTransport

            options.setdefault("environment", NO_PROXY)
            made.append(
                SyncColour(RequestsTransport(**options))
                if request.param == "sync"
                else AsyncColour(AiohttpTransport(**options), runner)
            )
            return made[-1]

        yield make
        for colour in made:
            colour.close()


@pytest.fixture
def colour(make_colour: Callable[..., Colour]) -> Colour:
    """A transport of one colour, as it comes."""
    return make_colour()


@frozen
class Authority:
    """A private CA: its file, and servers' contexts with certificates of it: for this host,
    and for another."""

    bundle: str
    server: ssl.SSLContext
    stranger: ssl.SSLContext


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A CA that nobody but the tests trusts."""
    ca = trustme.CA()
    bundle = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(bundle))
    server, stranger = (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for _ in range(2))
    ca.issue_cert("127.0.0.1", "localhost").configure_cert(server)
    ca.issue_cert("example.org").configure_cert(stranger)
    return Authority(str(bundle), server, stranger)
