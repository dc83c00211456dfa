"""How long it takes to make a client and to have the answer to its first request.

    python benchmarks/first_request.py [RUNS]

Each run is a fresh process that asks a cheap server in another process on this machine. It loads
all code first: the transport, and whatever else a first request loads; both are timed. Then the
clock runs from the making of the client to the answer: the provider is found, its manifest read,
its adapter made, the request built, sent and answered. Every other process sends a request of that
size by the transport alone, whose own first connection and answer are not llmkit's to shorten: the
last column is what a client and a provider add to it.

The program ends with status 1 where that is above the bar, for the median of some case.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from llmkit import HttpRequest

RUNS: Final = 21
BAR: Final = 2.0
"""The most that a client and its first request may add to their transport, in milliseconds."""

ROOT: Final = Path(__file__).resolve().parent.parent
_BYTECODE: Final = os.path.join(tempfile.gettempdir(), "llmkit-benchmark-bytecode")
TRANSPORTS: Final = {
    "sync": "llmkit._transports.sync_requests",
    "async": "llmkit._transports.async_aiohttp",
}


class Case(NamedTuple):
    """What is asked, and by which client."""

    model: str
    colour: str
    provider: str | None = None
    held: bool = True  # to the bar


MODELS: Final = (
    "openai/gpt-4o",
    "groq/llama-3.3-70b-versatile",
    "deepseek/deepseek-chat",
    "anthropic/claude-sonnet-4-5",
    "gemini/gemini-2.5-flash",
    "cohere/command-a-03-2025",
)
CASES: Final = (
    *(Case(model, colour) for model in MODELS for colour in TRANSPORTS),
    Case("grok/grok-4", "sync"),  # an alias
    # By far the longest manifest: half of it is the time that TOML takes.
    Case("bedrock/us.anthropic.claude-sonnet-4-5-v1:0", "sync", held=False),
    Case("meta-llama/Llama-3.3-70B", "sync", "together"),  # a slash, and no provider before it
)


class Run(NamedTuple):
    """What one process has measured, in milliseconds, and what it loaded late."""

    transport: float
    code: float
    first: float
    again: float
    late: list[str]


def main(runs: int) -> int:
    """Measure every case, and tell whether one is above the bar."""
    worst = 0.0
    with served() as url:
        print(f"{runs} processes each; milliseconds, as median (quartiles)\n")
        print(_row("", "transport", "other code", "client, request", "sent alone", "added"))
        for case in CASES:
            added = _told(case, url, runs)
            worst = max(worst, added) if case.held else worst
    print(f"\nthe most that is added is {worst:.2f} ms; the bar is {BAR:.2f} ms")
    return int(worst > BAR)


@contextmanager
def served() -> Iterator[str]:
    """The address of a server that is there for as long as this lasts."""
    with subprocess.Popen(
        [sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def pairs(case: Case, url: str, runs: int) -> list[tuple[Run, Run]]:
    """What as many processes measure, each with one beside it that sends by transport alone."""
    # The first run finds out what the others are to load before their clocks run.
    late = _child(case, url, bare=False, code=()).late
    # One after the other: both have the same share of whatever else the machine does.
    return [
        (_child(case, url, bare=False, code=late), _child(case, url, bare=True, code=late))
        for _ in range(runs)
    ]


def _told(case: Case, url: str, runs: int) -> float:
    """Measure *case*, print it, and give what llmkit adds."""
    runs_of = pairs(case, url, runs)
    whole = [run for run, _ in runs_of]
    alone = [run for _, run in runs_of]
    added = median(run.first for run in whole) - median(run.first for run in alone)
    columns = (
        [run.transport for run in whole],
        [run.code for run in whole],
        [run.first for run in whole],
        [run.first for run in alone],
    )
    name = f"{case.model} ({case.colour}{'' if case.held else ', not held'})"
    print(_row(name, *map(_spread, columns), f"{added:.2f}"), flush=True)
    return added


def _row(*cells: str) -> str:
    name, *others = cells
    return f"{name:62}" + "".join(f"{cell:>22}" for cell in others)


def _spread(times: Sequence[float]) -> str:
    low, middle, high = quantiles(times, n=4)
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def _child(case: Case, url: str, *, bare: bool, code: Sequence[str]) -> Run:
    """What a fresh process measures."""
    asked = json.dumps([case, url, bare, list(code)])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": _BYTECODE}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: compiled once
    done = subprocess.run(
        [sys.executable, __file__, "measure", asked],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return Run(*json.loads(done.stdout))


# In the process that is measured.


def measure(case: Case, url: str, bare: bool, code: Sequence[str]) -> Run:
    """Load what there is to load, and then ask, twice."""
    start = perf_counter()
    import_module(TRANSPORTS[case.colour])
    loaded = perf_counter()
    import_module("llmkit._client" if case.colour == "sync" else "llmkit._async_client")
    import_module("llmkit._models.request")
    between = perf_counter()
    for name in code:
        import_module(name)
    after = perf_counter()
    before = set(sys.modules)
    gc.collect()  # what the imports left is not the request's
    if case.colour == "sync":
        first, again = _sync(case, url, bare)
    else:
        first, again = asyncio.run(_async(case, url, bare))
    late = sorted(name for name in set(sys.modules) - before if name.split(".")[0] != "encodings")
    return Run(_ms(loaded - start), _ms(after - between), _ms(first), _ms(again), late)


def _ms(seconds: float) -> float:
    return seconds * 1000


def _sync(case: Case, url: str, bare: bool) -> tuple[float, float]:
    from llmkit import ChatCompletionRequest, Client, Timeout, UserMessage
    from llmkit._transports.sync_requests import RequestsTransport

    start = perf_counter()
    if bare:
        transport = RequestsTransport()
        transport.send(_bytes(url), Timeout(), None)
        middle = perf_counter()
        transport.send(_bytes(url), Timeout(), None)
        end = perf_counter()
        transport.close()
        return middle - start, end - middle
    client = Client(case.model, provider=case.provider, api_key="key", base_url=url)
    client.chat_completion(ChatCompletionRequest(case.model, [UserMessage("Hello")]))
    middle = perf_counter()
    client.chat_completion(ChatCompletionRequest(case.model, [UserMessage("Hello")]))
    end = perf_counter()
    client.close()
    return middle - start, end - middle


async def _async(case: Case, url: str, bare: bool) -> tuple[float, float]:
    from llmkit import AsyncClient, ChatCompletionRequest, Timeout, UserMessage
    from llmkit._transports.async_aiohttp import AiohttpTransport

    start = perf_counter()
    if bare:
        transport = AiohttpTransport()
        await transport.asend(_bytes(url), Timeout(), None)
        middle = perf_counter()
        await transport.asend(_bytes(url), Timeout(), None)
        end = perf_counter()
        await transport.aclose()
        return middle - start, end - middle
    client = AsyncClient(case.model, provider=case.provider, api_key="key", base_url=url)
    await client.chat_completion(ChatCompletionRequest(case.model, [UserMessage("Hello")]))
    middle = perf_counter()
    await client.chat_completion(ChatCompletionRequest(case.model, [UserMessage("Hello")]))
    end = perf_counter()
    await client.aclose()
    return middle - start, end - middle


def _bytes(url: str) -> HttpRequest:
    from llmkit._http import HttpRequest

    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    body = b'{"model":"m","messages":[{"role":"user","content":"Hello"}]}'
    return HttpRequest("POST", f"{url}/chat/completions", headers, body)


# In the server's process.

_USAGE: Final = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
_ANSWERS: Final[Mapping[str, object]] = {
    "/v1/messages": {
        "id": "a",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "Hi."}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    },
    ":generateContent": {
        "candidates": [{"content": {"parts": [{"text": "Hi."}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1},
    },
    "/converse": {
        "output": {"message": {"role": "assistant", "content": [{"text": "Hi."}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
    },
    "/v2/chat": {
        "id": "a",
        "finish_reason": "COMPLETE",
        "message": {"role": "assistant", "content": [{"type": "text", "text": "Hi."}]},
        "usage": {"tokens": {"input_tokens": 1, "output_tokens": 1}},
    },
    "/chat/completions": {
        "id": "a",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Hi."},
             "finish_reason": "stop"}
        ],
        "usage": _USAGE,
    },
}  # fmt: skip
"""By the end of a path, the answer of its wire."""


def serve() -> None:
    """Print an address, and answer there until the process is ended."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(f"http://127.0.0.1:{server.getsockname()[1]}", flush=True)
        while True:
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    """Answer every request on one connection."""
    with connection, connection.makefile("rb") as asked:
        while line := asked.readline():
            path = line.split()[1].decode()
            length = 0
            while (header := asked.readline()) != b"\r\n":
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            asked.read(length)
            body = next(json.dumps(said) for end, said in _ANSWERS.items() if path.endswith(end))
            head = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            connection.sendall(f"HTTP/1.1 200 OK\r\n{head}\r\n{body}".encode())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            serve()
        case ["measure", asked]:
            case_, url_, bare_, code_ = json.loads(asked)
            print(json.dumps(measure(Case(*case_), url_, bare_, code_)))
        case [runs]:
            sys.exit(main(int(runs)))
        case _:
            sys.exit(main(RUNS))
