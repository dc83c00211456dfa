"""A run of the matrix, played: a server, a client, its calls, and what was wrong with them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

from colours import AsyncDoor, Door

from llmkit import ChatCompletionRequest, LLMKitError, Tool, UserMessage

from .outcomes import KEY, Result
from .scenario import Run, Setting
from .server import FaultServer

REQUEST_TOOLS = (Tool("look", "Looks."), Tool("listen", "Listens."))


def problems(run: Run) -> list[str]:
    """What was wrong in *run*; nothing, where the promise was kept."""
    found: list[str] = []
    attempts = 0
    with _server(run) as (server, address), _door(run, address) as door:
        for number in range(run.scenario.calls):
            result = _asked(run, door)
            told = result.response or result.error
            attempts += len(getattr(told, "attempts", ()))
            outcome = run.outcome if number else run.scenario.first or run.outcome
            found += [f"call {number + 1}: {problem}" for problem in outcome.problems(result)]
            if server is not None and run.scenario.between != "nothing":
                if run.scenario.between == "closing":
                    server.wait_for_none_open()
                else:
                    server.send_unasked()
                _notice(door)
        door.close()
        if server is not None:
            server.wait_for_none_open()
            found += _sent(run, server, attempts)
    return found


def _notice(door: Door) -> None:
    """Let an event loop see what has become of its connections, as one that runs would."""
    if isinstance(door, AsyncDoor):
        for _ in range(3):
            door.run(asyncio.sleep(0))


def _sent(run: Run, server: FaultServer, attempts: int) -> Iterator[str]:
    """What the server was sent: one request for each attempt, with the key, and no other."""
    if len(server.received) != attempts:
        yield f"{len(server.received)} requests for {attempts} attempts"
    for received in server.received:
        if not received.target.startswith(run.wire.path or "/"):
            yield f"{received.target} was asked for"
        if not any(KEY in value for value in received.headers.values()):
            yield "a request without its key"


def _asked(run: Run, door: Door) -> Result:
    request: ChatCompletionRequest[object] = ChatCompletionRequest(
        run.wire.model, [UserMessage("What is it called?")], tools=REQUEST_TOOLS
    )
    streamed = run.way == "streamed"
    texts: list[str] = []
    try:
        if not streamed:
            return Result(door.complete(request), None, "", streamed)
        with door.stream(request) as stream:
            for chunk in stream:
                texts += [one.delta.content or "" for one in chunk.choices if one.index == 0]
            response = stream.response()
        return Result(response, None, "".join(texts), streamed)
    except LLMKitError as error:
        return Result(None, error, "".join(texts), streamed)


@contextlib.contextmanager
def _server(run: Run) -> Iterator[tuple[FaultServer | None, str]]:
    """What the client calls, and its address."""
    host = run.scenario.host
    if host == "unresolved":
        yield None, "https://no-such-host.invalid"
        return
    if host == "refusing":
        yield None, f"http://127.0.0.1:{_closed_port()}"
        return
    if host == "full":
        with _full_port() as port:
            yield None, f"http://127.0.0.1:{port}"
        return
    with FaultServer() as server:
        setting = Setting(run.wire, run.way == "streamed", server.port)
        server.scripts = tuple(run.scenario.plays(setting))
        yield server, f"http://127.0.0.1:{server.port}"


def _door(run: Run, address: str) -> Door:
    wire, scenario = run.wire, run.scenario
    return run.colour(
        provider=wire.model.partition("/")[0],
        api_key=KEY,
        base_url=address + wire.path,
        placeholders=wire.placeholders,
        timeout=scenario.timeout,
        retry=scenario.retry,
        bounds=scenario.bounds,
    )


def _closed_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def _full_port() -> Iterator[int]:
    """A port that takes no more connections: to connect there lasts until a limit."""
    with contextlib.ExitStack() as held:
        listener = held.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(4):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        yield address[1]
