"""What outlives what: transports, threads, forks, event loops, and the interpreter."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Awaitable, Callable

import pytest

from llmkit import errors
from llmkit._http import Timeout
from llmkit._transports.async_aiohttp import AiohttpTransport
from llmkit._transports.environment import Environment
from llmkit._transports.sync_requests import RequestsTransport

from .colour import NO_PROXY, PATIENT, Colour, post
from .conftest import Authority
from .wire_server import CHUNKED, Act, Script, WireServer, answer, chunk

EVENT = CHUNKED + chunk(b"data: 1\n\n")


# ---------------------------------------------------------------- both colours


def test_a_collected_transport_closes_its_connections(make_colour: Callable[..., Colour]) -> None:
    """A transport that is dropped without close() gives its sockets back, without a warning."""
    with WireServer() as server:
        transport = AiohttpTransport(environment=NO_PROXY)

        async def call(transport: AiohttpTransport) -> None:
            await transport.asend(post(server.url), PATIENT, None)
            server.wait_for_open(1)

        async def drop() -> None:
            nonlocal transport
            await call(transport)
            del transport
            gc.collect()
            await asyncio.sleep(0.05)
            server.wait_for_open(0)

        asyncio.run(drop())
        blocking = RequestsTransport(environment=NO_PROXY)
        blocking.send(post(server.url), PATIENT, None)
        server.wait_for_open(1)
        del blocking
        gc.collect()
        server.wait_for_open(0)


PROGRAM = """
import asyncio, gc, sys
from llmkit._http import HttpRequest, Timeout
from llmkit._transports.{module} import {transport}
request = HttpRequest("POST", sys.argv[1], {{}}, b"{{}}")
transport = {transport}()
{body}
"""
ENDINGS = {
    "sync": """
        transport.send(request, Timeout(), None)
    """,
    "sync, stream open": """
        transport.send(request, Timeout(), None)
        stream = transport.stream(request, Timeout(total=9), None)
        stream.read("idle")
    """,
    "sync, in a thread": """
        import threading
        thread = threading.Thread(target=transport.send, args=(request, Timeout(), None))
        thread.start()
        thread.join()
    """,
    "async": """
        asyncio.run(transport.asend(request, Timeout(), None))
    """,
    "async, stream open": """
        async def main():
            global stream
            await transport.asend(request, Timeout(), None)
            stream = await transport.astream(request, Timeout(), None)
            await stream.read("idle")
        asyncio.run(main())
    """,
    "async, loop closed in passing": """
        loop = asyncio.new_event_loop()
        loop.run_until_complete(transport.asend(request, Timeout(), None))
        loop.close()
    """,
    "async, loop closed in passing, stream open": """
        loop = asyncio.new_event_loop()
        loop.run_until_complete(transport.asend(request, Timeout(), None))
        stream = loop.run_until_complete(transport.astream(request, Timeout(), None))
        loop.close()
    """,
    "async, collected": """
        async def main():
            global transport
            await transport.asend(request, Timeout(), None)
            del transport
            gc.collect()
        asyncio.run(main())
    """,
}


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_program_ends_without_a_warning(ending: str, tls: bool, authority: Authority) -> None:
    """Never closed, a transport lets its program end in silence, every socket given back."""
    colour = ending.partition(",")[0]
    module, transport = {
        "sync": ("sync_requests", "RequestsTransport"),
        "async": ("async_aiohttp", "AiohttpTransport"),
    }[colour]
    body = textwrap.dedent(ENDINGS[ending])
    program = PROGRAM.format(module=module, transport=transport, body=body)
    context = authority.server if tls else None
    with WireServer((answer(),), (EVENT, Act.HOLD), tls=context) as server:
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "error", "-c", program, server.url],
            env={**os.environ, "SSL_CERT_FILE": authority.bundle, "NO_PROXY": "*"},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        server.wait_for_open(0)


def test_the_shared_rooms_load_no_library() -> None:
    """What both colours share imports neither library, and each colour only its own."""
    program = """
        import sys
        import llmkit, llmkit._transports.environment, llmkit._transports.exchange
        assert not {"requests", "urllib3", "aiohttp"} & set(sys.modules)
        import llmkit._transports.sync_requests
        assert "aiohttp" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, timeout=20)


def test_nothing_is_logged(
    make_colour: Callable[..., Colour], caplog: pytest.LogCaptureFixture
) -> None:
    """Many calls at a time, and broken ones, put no warning into anybody's log."""
    caplog.set_level(logging.WARNING)
    with WireServer((0.05, answer())) as server:
        make_colour().together(post(server.url), 30)
    malformed = (b"HTTP/1.1 200 OK\r\nno header\r\n\r\n", Act.CLOSE)
    with WireServer(malformed) as server, pytest.raises(errors.ResponseLostError):
        make_colour().send(post(server.url))
    assert caplog.records == []


# ---------------------------------------------------------------- threads and forks


def test_threads_share_a_transport() -> None:
    """Calls of many threads, with and without a deadline, do not disturb one another."""
    with WireServer() as server:
        transport = RequestsTransport(environment=NO_PROXY)
        failures: list[Exception] = []

        def work(number: int) -> None:
            try:
                for turn in range(20):
                    deadline = time.monotonic() + 5 if turn % 2 else None
                    body = b"%d" % number
                    transport.send(post(server.url, body), PATIENT, deadline)
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        transport.close()
        assert failures == []
        assert len(server.received) == 160
        assert server.connections <= 8


def forked(work: Callable[[], None]) -> int:
    """The exit status of a child that does *work*."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_fork_shares_no_connection(tls: bool, authority: Authority) -> None:
    """A child makes its own connections, and leaves those of its parent open and usable."""
    script = (EVENT, 0.3, chunk(b"data: 2\n\n"), Act.HOLD)
    with WireServer(
        (answer(),), script, (answer(),), tls=authority.server if tls else None
    ) as server:
        environment = Environment.read({"SSL_CERT_FILE": authority.bundle})
        transport = RequestsTransport(environment=environment)
        transport.send(post(server.url), PATIENT, time.monotonic() + 5)
        stream = transport.stream(post(server.url), PATIENT, time.monotonic() + 5)
        assert stream.read("idle") == b"data: 1\n\n"
        idle = RequestsTransport(environment=environment)
        idle.send(post(server.url), PATIENT, None)
        before = server.connections

        def child() -> None:
            transport.send(post(server.url), PATIENT, time.monotonic() + 5)
            idle.send(post(server.url), PATIENT, None)
            with pytest.raises(errors.ResponseLostError, match="parent"):
                stream.read("idle")
            transport.close()
            idle.close()

        assert forked(child) == 0
        assert server.connections == before + 2
        idle.send(post(server.url), PATIENT, None)
        assert server.connections == before + 2
        assert stream.read("idle") == b"data: 2\n\n"
        stream.close()
        transport.close()
        idle.close()
        server.wait_for_open(0)


# ---------------------------------------------------------------- event loops


@pytest.fixture
def aio() -> AiohttpTransport:
    """An asyncio transport that nobody closes."""
    return AiohttpTransport(environment=NO_PROXY)


def test_a_second_run_works(aio: AiohttpTransport) -> None:
    """Each loop has its connections; they end with it."""
    with WireServer() as server:
        for number in (1, 2, 3):
            asyncio.run(aio.asend(post(server.url), PATIENT, None))
            server.wait_for_open(0)
            assert server.connections == number


def test_a_stream_left_open_ends_with_its_loop(aio: AiohttpTransport) -> None:
    """A loop that ends closes the streams that are still open on it."""
    with WireServer((EVENT, Act.HOLD)) as server:
        stream = asyncio.run(aio.astream(post(server.url), PATIENT, None))
        server.wait_for_open(0)
        del stream
        gc.collect()


def test_a_loop_closed_in_passing_leaves_nothing(aio: AiohttpTransport) -> None:
    """The sockets of a loop that was closed without its last rites are closed at the next call."""
    with WireServer((answer(),), (EVENT, Act.HOLD), (answer(),)) as server:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(aio.asend(post(server.url), PATIENT, None))
        stream = loop.run_until_complete(aio.astream(post(server.url), PATIENT, None))
        loop.close()
        asyncio.run(aio.asend(post(server.url), PATIENT, None))
        server.wait_for_open(0)
        del stream


def test_loops_in_threads_share_a_transport(aio: AiohttpTransport) -> None:
    """Several threads, each with its loop, use one transport at a time."""
    with WireServer() as server:
        failures: list[Exception] = []

        async def several() -> None:
            await asyncio.gather(*(aio.asend(post(server.url), PATIENT, None) for _ in range(5)))

        def work() -> None:
            try:
                asyncio.run(several())
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(server.received) == 25
        server.wait_for_open(0)


def test_closing_reaches_the_loops_of_other_threads(aio: AiohttpTransport) -> None:
    """aclose() closes the connections of every loop."""
    with WireServer() as server:
        called, over = threading.Event(), threading.Event()

        async def elsewhere() -> None:
            await aio.asend(post(server.url), PATIENT, None)
            called.set()
            while not over.is_set():
                await asyncio.sleep(0.01)

        thread = threading.Thread(target=asyncio.run, args=(elsewhere(),))
        thread.start()
        called.wait(5)
        asyncio.run(aio.aclose())
        server.wait_for_open(0)
        over.set()
        thread.join()


def test_a_stream_collected_in_another_thread_is_closed(aio: AiohttpTransport) -> None:
    """The garbage collector may run anywhere; the socket is closed on its own loop."""
    with WireServer((EVENT, Act.HOLD)) as server:

        async def main() -> None:
            streams = [await aio.astream(post(server.url), PATIENT, None)]
            await asyncio.to_thread(streams.clear)
            await asyncio.sleep(0.05)
            server.wait_for_open(0)

        asyncio.run(main())


@pytest.mark.parametrize("moment", ["turn", "connect", "head", "body", "stream"])
def test_cancellation_is_not_swallowed(moment: str, authority: Authority) -> None:
    """A cancelled call ends as cancelled wherever it is, and gives socket and turn back."""
    scripts = {"body": (EVENT, Act.HOLD), "stream": (EVENT, Act.HOLD)}
    greeting = (Act.HOLD,) if moment == "connect" else ()
    with WireServer(scripts.get(moment, (Act.HOLD,)), greeting=greeting) as server:
        request = post(server.url.replace("http:", "https:") if moment == "connect" else server.url)

        async def main() -> None:
            aio = AiohttpTransport(environment=NO_PROXY, max_connections=1)
            blocker = None
            if moment == "turn":
                blocker = asyncio.create_task(aio.asend(request, PATIENT, None))
                await asyncio.sleep(0.1)
            work: Awaitable[object]
            if moment == "stream":
                stream = await aio.astream(request, PATIENT, time.monotonic() + 5)
                await stream.read("idle")
                work = stream.read("idle")
            else:
                work = aio.asend(request, PATIENT, time.monotonic() + 5)
            task = asyncio.ensure_future(work)
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            if blocker is not None:
                blocker.cancel()
                await asyncio.gather(blocker, return_exceptions=True)
            await asyncio.sleep(0.02)
            server.wait_for_open(0)
            with pytest.raises(errors.TimeoutError) as caught:  # its turn came
                await aio.asend(request, Timeout(connect=0.1, read=0.1, idle=0.1), None)
            assert caught.value.limit in ("connect", "read")

        asyncio.run(main())


def test_a_callers_own_timeout_is_its_own(aio: AiohttpTransport) -> None:
    """`asyncio.timeout` around a call raises the built-in error, not one of llmkit's."""
    with WireServer((Act.HOLD,)) as server:

        async def main() -> None:
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.1):
                    await aio.asend(post(server.url), PATIENT, time.monotonic() + 5)
            assert not isinstance(caught.value, errors.TimeoutError)

        asyncio.run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("script", [(Act.HOLD,), (EVENT, Act.HOLD)], ids=["head", "body"])
def test_an_interrupt_is_no_lost_answer(script: Script) -> None:
    """Ctrl-C while a blocking call waits is a KeyboardInterrupt, and gives the socket back."""
    transport = RequestsTransport(environment=NO_PROXY)
    with WireServer(script) as server:
        interrupt = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        interrupt.start()
        with pytest.raises(KeyboardInterrupt):
            transport.send(post(server.url), PATIENT, None)
        interrupt.join()
        server.wait_for_open(0)
    transport.close()


def test_idle_connections_end_by_themselves(
    aio: AiohttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that nobody has used for a while are closed, without another call."""
    monkeypatch.setattr("llmkit._transports.async_connections.KEEPALIVE_SECONDS", 0.1)
    with WireServer((0.02, answer())) as server:

        async def calls() -> None:
            for made in (3, 6):
                each = (aio.asend(post(server.url), PATIENT, None) for _ in range(3))
                await asyncio.gather(*each)
                await asyncio.to_thread(server.wait_for_open, 0)
                assert server.connections == made
            await aio.aclose()

        asyncio.run(calls())
