"""What shows the local variables of a traceback, as rich and error trackers do, shows no key."""

from __future__ import annotations

import asyncio
import io
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from colours import Colour, both
from transports.wire_server import CHUNKED, Act, Script, WireServer, answer, chunk

from llmkit import AsyncClient, ChatCompletionRequest, Client, Provider, RetryPolicy, UserMessage
from llmkit.errors import ConfigurationError, LLMKitError
from llmkit.testing import Reply, ScriptedTransport

from .looking import KEY, OTHER, assert_clean_locals

HI = [UserMessage("Hi")]
REQUEST = ChatCompletionRequest("m", HI)
ONCE = RetryPolicy(attempts=1)
ECHO = b'{"error": {"message": "%b"}}' % KEY.encode()

FAILURES: dict[str, Script] = {
    "refused": (answer(ECHO, status="401 Unauthorized"),),
    "no JSON": (answer(b"<html>" + KEY.encode()),),
    "closed": (Act.CLOSE,),
    "reset": (Act.RESET,),
    "cut": (CHUNKED + chunk(b'data: {"choices": []}\n\n'), Act.CLOSE),
    "redirected": (answer(status="302 Found", headers={"Location": "http://127.0.0.1:9/"}),),
    "no HTTP": (b"SSH-2.0-OpenSSH\r\n", Act.CLOSE),
}


def client_of(server: WireServer, **more: Any) -> dict[str, Any]:
    """A client's arguments for a provider at *server*."""
    url = f"http://127.0.0.1:{server.port}/v1"
    mine = Provider("mine", wire="openai-chat", base_url=url, headers={"X-Gate-Key": OTHER})
    return {"provider": mine, "api_key": KEY, "retry": ONCE, **more}


@pytest.fixture(name="server", params=list(FAILURES.values()), ids=list(FAILURES))
def _server(request: pytest.FixtureRequest) -> Iterator[WireServer]:
    with WireServer(request.param) as server:
        yield server


@both
@pytest.mark.parametrize("streamed", [False, True])
def test_a_failed_call_shows_no_key_in_locals(
    colour: Colour, server: WireServer, streamed: bool
) -> None:
    """In no frame of llmkit's, nor of the libraries' that it went through."""
    with colour(**client_of(server)) as door, pytest.raises(LLMKitError) as caught:
        _ = door.stream(REQUEST).response() if streamed else door.complete(REQUEST)
    assert_clean_locals(caught.value)
    assert_clean_locals(caught.value, OTHER)


@both
def test_a_connection_that_fails_shows_no_key_in_locals(colour: Colour) -> None:
    """Nothing listens there, and a name that does not exist."""
    with WireServer() as server:
        arguments = client_of(server)
    with colour(**arguments) as door, pytest.raises(LLMKitError) as caught:
        door.complete(REQUEST)
    assert_clean_locals(caught.value)


@both
def test_a_header_that_is_refused_shows_no_key_in_locals(colour: Colour) -> None:
    """The transport looks at all of them, the key's among them."""
    request = ChatCompletionRequest("m", HI, extra_headers={"X-One": "a\r\nb"})
    with (
        WireServer() as server,
        colour(**client_of(server)) as door,
        pytest.raises(ConfigurationError) as caught,
    ):
        door.complete(request)
    assert_clean_locals(caught.value)
    assert_clean_locals(caught.value, OTHER)


@both
def test_what_cannot_be_sent_shows_no_key_in_locals(colour: Colour) -> None:
    """A call that is refused while it is built."""
    request = ChatCompletionRequest("anthropic/m", HI, seed=1)
    with (
        colour("anthropic/m", api_key=KEY, transport=ScriptedTransport()) as door,
        pytest.raises(LLMKitError) as caught,
    ):
        door.complete(request)
    assert_clean_locals(caught.value)


@both
def test_a_malformed_key_shows_itself_in_no_locals(colour: Colour) -> None:
    """It is refused for a character that no header can carry, unseen."""
    with (
        colour(api_key=f"{KEY}\x00", transport=ScriptedTransport()) as door,
        pytest.raises(ConfigurationError) as caught,
    ):
        door.complete(ChatCompletionRequest("openai/m", HI))
    assert_clean_locals(caught.value)


@both
def test_a_malformed_key_of_a_function_shows_itself_in_no_locals(colour: Colour) -> None:
    """As one that was given."""
    with (
        colour(api_key=lambda: f"{KEY}\x00", transport=ScriptedTransport()) as door,
        pytest.raises(ConfigurationError) as caught,
    ):
        door.complete(ChatCompletionRequest("openai/m", HI))
    assert_clean_locals(caught.value)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals are another thing here")
def test_ctrl_c_shows_no_key_in_locals() -> None:
    """It comes while the head of an answer is awaited, within the library that waits."""
    main = threading.main_thread().ident
    assert main is not None

    def interrupt(server: WireServer) -> None:
        server.wait_for_requests(1)
        signal.pthread_kill(main, signal.SIGINT)

    with WireServer((Act.HOLD,)) as server, Client(**client_of(server)) as client:
        thread = threading.Thread(target=interrupt, args=(server,))
        thread.start()
        with pytest.raises(KeyboardInterrupt) as caught:
            client.chat_completion(REQUEST)
        thread.join()
    assert_clean_locals(caught.value)


@pytest.mark.parametrize("size", [1, 200_000], ids=["in one piece", "in several"])
def test_a_cancelled_call_shows_no_key_in_locals(size: int) -> None:
    """`asyncio` cancels it while the head of an answer is awaited."""

    async def main(server: WireServer) -> BaseException:
        request = ChatCompletionRequest("m", [UserMessage("a" * size)])
        async with AsyncClient(**client_of(server)) as client:
            task = asyncio.create_task(client.chat_completion(request))
            await asyncio.to_thread(server.wait_for_requests, 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
        return caught.value

    with WireServer((Act.HOLD,)) as server:
        assert_clean_locals(asyncio.run(main(server)))


@both
def test_rich_shows_no_key_in_locals(colour: Colour) -> None:
    """The best known of them, as it is: it looks into values field by field."""
    console = pytest.importorskip("rich.console", reason="of the extra `cli`")
    from rich.traceback import Traceback

    class Broken(ScriptedTransport):
        """A transport of a user's own, which fails with the request in its hands."""

        def send(self, request: Any, timeout: Any, deadline: Any) -> Any:
            raise ZeroDivisionError

        async def asend(self, request: Any, timeout: Any, deadline: Any) -> Any:
            raise ZeroDivisionError

    request = ChatCompletionRequest(
        "openai/m",
        HI,
        extra_headers={"X-Token": KEY},
        extra_query={"key": KEY},
        extra_body={"api_key": KEY},
    )
    with (
        colour(api_key=KEY, transport=Broken(Reply())) as door,
        pytest.raises(ZeroDivisionError) as caught,
    ):
        door.complete(request)
    told = io.StringIO()
    error = caught.value
    shown = Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, locals_max_string=10_000
    )
    console.Console(file=told, width=400).print(shown)
    assert "extra_headers" in told.getvalue()
    # The test's own lines have the word KEY, and what it stands for nowhere.
    assert KEY not in told.getvalue()
