"""No library that carries a call logs or prints a key, at whatever level it is told to."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from colours import AsyncDoor, Colour, both
from transports.wire_server import CHUNKED, END, Act, WireServer, answer, chunk

from llmkit import ChatCompletionRequest, Provider, RetryPolicy, UserMessage
from llmkit.errors import LLMKitError

from .looking import KEY, OTHER

HI = [UserMessage("Hi")]
SAID = b'{"choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}'
WHOLE = (answer(SAID, headers={"Set-Cookie": f"a={OTHER}"}),)
CLAUDE = {"content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn"}
STREAM = (CHUNKED + chunk(b'data: {"choices": []}\n\ndata: [DONE]\n\n') + END,)


@pytest.fixture(name="records")
def _records() -> Iterator[list[str]]:
    """Every record of every logger, as it would be written, its arguments too."""
    told: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(f"{self.format(record)} {vars(record)!r}")

    handler = Keep(logging.NOTSET)
    root = logging.getLogger()
    names = ("", "urllib3", "requests", "aiohttp", "asyncio", "charset_normalizer", "tenacity")
    before = [(logger := logging.getLogger(name), logger.level) for name in names]
    for logger, _ in before:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield told
    finally:
        root.removeHandler(handler)
        for logger, level in before:
            logger.setLevel(level)


def provider_at(server: WireServer) -> Provider:
    """One whose key stands in a header of its own, and in the query."""
    url = f"http://127.0.0.1:{server.port}/v1"
    return Provider("mine", wire="openai-chat", base_url=url, query={"key": OTHER})


def use(colour: Colour, server: WireServer) -> None:
    """Answers, a stream, a refusal, a lost answer."""
    request = ChatCompletionRequest("m", HI, extra_headers={"X-Gate-Token": OTHER})
    once = RetryPolicy(attempts=1)
    with colour(provider=provider_at(server), api_key=KEY, retry=once) as door:
        if isinstance(door, AsyncDoor):
            loop = door.runner.get_loop()
            loop.set_debug(True)
            loop.slow_callback_duration = 0.0  # each step of the loop is logged
        door.complete(request)
        door.stream(request).response()
        for _ in range(2):
            with pytest.raises(LLMKitError):
                door.complete(request)


@both
def test_no_library_logs_a_key(colour: Colour, records: list[str]) -> None:
    """At DEBUG, with asyncio in its debug mode; of headers and of the query."""
    refusal = (answer(KEY.encode() + OTHER.encode(), status="401 Unauthorized"),)
    with WireServer(WHOLE, STREAM, refusal, (Act.CLOSE,)) as server:
        use(colour, server)
        assert server.received[0].headers["authorization"] == f"Bearer {KEY}"
        assert f"key={OTHER}" in server.received[0].target
    logging.getLogger("urllib3").debug("the last")
    assert any("the last" in record for record in records)
    for record in records:
        assert KEY not in record
        assert OTHER not in record


@both
def test_http_clients_debug_prints_no_key(
    colour: Colour, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The switch that requests' manual gives prints heads as they are sent; not llmkit's."""
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    with WireServer(WHOLE, STREAM, (answer(status="500 No"),), (Act.CLOSE,)) as server:
        use(colour, server)
    told = capsys.readouterr()
    assert KEY not in told.out + told.err
    assert OTHER not in told.out + told.err


@both
def test_no_warning_tells_a_key(colour: Colour) -> None:
    """What `unsupported="warn"` says of a request, and what is said of plain http."""
    from llmkit.testing import Reply, ScriptedTransport

    with (
        warnings.catch_warnings(record=True) as caught,
        colour(
            provider=Provider("mine", wire="anthropic-messages", base_url="http://a.example"),
            api_key=KEY,
            unsupported="warn",
            transport=ScriptedTransport(Reply(CLAUDE)),
        ) as door,
    ):
        warnings.simplefilter("always")
        door.complete(ChatCompletionRequest("m", HI, seed=3, extra_query={"key": OTHER}))
    assert len(caught) == 2
    for warning in caught:
        assert KEY not in str(warning.message)
        assert OTHER not in str(warning.message)


@both
def test_an_uncaught_error_of_a_thread_tells_no_key(
    colour: Colour, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Printed by the interpreter itself, cause and all."""
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)

    def work(server: WireServer) -> None:
        once = RetryPolicy(attempts=1)
        with colour(provider=provider_at(server), api_key=KEY, retry=once) as door:
            door.complete(ChatCompletionRequest("m", HI))

    told = json.dumps({"error": {"message": f"wrong: {KEY}, {OTHER}"}}).encode()
    with WireServer((answer(told, status="401 Unauthorized"),)) as server:
        thread = threading.Thread(target=work, args=(server,))
        thread.start()
        thread.join()
    printed = capsys.readouterr().err
    assert "AuthenticationError" in printed
    assert KEY not in printed
    assert OTHER not in printed


def test_a_task_that_nobody_awaits_tells_no_key(records: list[str]) -> None:
    """asyncio logs its error when it is collected, in debug mode with where it was made."""
    from llmkit import AsyncClient

    async def main(server: WireServer) -> None:
        once = RetryPolicy(attempts=1)
        mine: Any = {"provider": provider_at(server), "api_key": KEY, "retry": once}
        async with AsyncClient(**mine) as client:
            task = asyncio.create_task(client.chat_completion(ChatCompletionRequest("m", HI)))
            await asyncio.wait([task])
            del task

    with WireServer((answer(KEY.encode(), status="401 Unauthorized"),)) as server:
        asyncio.run(main(server), debug=True)
    assert any("never retrieved" in record for record in records)
    for record in records:
        assert KEY not in record
        assert OTHER not in record


def test_the_arguments_of_the_process_have_no_key() -> None:
    """No command takes one: whoever lists the processes of a machine sees their arguments."""
    pytest.importorskip("typer", reason="of the extra `cli`")
    import typer.main

    from llmkit.cli.app import app

    todo: list[Any] = [typer.main.get_command(app)]
    seen = []
    while todo:
        command = todo.pop()
        todo += getattr(command, "commands", {}).values()
        seen += [(option.name, *option.opts) for option in command.params]
    assert len(seen) > 5
    for names in seen:
        for name in names:
            assert not re.search(r"key|secret|passw|token(?!s)", name)
    assert KEY not in sys.argv
