"""Asking very many times, and what must be true of every answer."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

from attrs import Factory, define

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    ChatCompletionResponse,
    Client,
    CompletionChunk,
    Provider,
    RetryPolicy,
    Timeout,
    UserMessage,
    errors,
)

from .server import FINAL, answer_to, fault, pieces_of

ATTEMPTS: Final = 3
THREADS: Final = 16
TASKS: Final = 64
_LEFT_EARLY: Final = 50
_CLASSES: Final = {
    "400": errors.BadRequestError,
    "not json": errors.DecodeError,
    "error event": errors.APIError,
    "429 soon": errors.RateLimitError,
    "529": errors.OverloadedError,
    "500": errors.ServerError,
    "503 html": errors.ServerError,
}


class WrongError(AssertionError):
    """Something was lost, doubled or mistaken."""


def check(right: bool, *told: object) -> None:
    """What has to be true of an answer.

    Raises:
        WrongError: it is not.
    """
    if not right:
        raise WrongError(" ".join(map(str, told)))


@contextlib.contextmanager
def provider() -> Iterator[str]:
    """The address of a provider in a process of its own, for as long as this lasts."""
    with subprocess.Popen(
        [sys.executable, "-m", "soak.server"],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


def tally(url: str) -> dict[str, dict[str, int]]:
    """What the provider counted."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/tally") as answer:
        told: dict[str, dict[str, int]] = json.load(answer)
    return told


def request(number: int, *, fair: bool = False) -> ChatCompletionRequest[object]:
    """What asks for *number*; *fair*, without a fault."""
    return ChatCompletionRequest("soak/m", [UserMessage(str(number))], seed=1 if fair else None)


def options(url: str) -> dict[str, object]:
    """What a client of either colour is made with."""
    return {
        "providers": [Provider(name="soak", wire="openai-chat", base_url=url)],
        "retry": RetryPolicy(attempts=ATTEMPTS, wait_initial=0.001, wait_max=0.005),
        "timeout": Timeout(connect=10, read=30, idle=30),
    }


def expected(number: int, *, stream: bool) -> tuple[int, str | None]:
    """How often *number* is asked for, and the fault that the call ends with, if with any."""
    for attempt in range(1, ATTEMPTS + 1):
        wrong = fault(number, attempt, stream=stream)
        if wrong is None or wrong in FINAL:
            return attempt, wrong
    return ATTEMPTS, wrong


@define
class Record:
    """What came of the calls of one kind: a few counters, whatever their number."""

    stream: bool
    whole: int = 0
    failed: int = 0
    retried: int = 0
    left: int = 0
    classes: Counter[str] = Factory(Counter)

    def answered(self, number: int, response: ChatCompletionResponse[object]) -> None:
        """A whole answer has come."""
        asked, wrong = expected(number, stream=self.stream)
        check(wrong is None, number, "was answered in spite of", wrong)
        check(response.content == answer_to(number), number, "got", response.content)
        check(len(response.attempts) == asked, number, asked, response.attempts)
        self.whole += 1
        self.retried += asked > 1

    def refused(self, number: int, error: errors.LLMKitError, heard: str) -> None:
        """An error has come, after *heard*."""
        asked, wrong = expected(number, stream=self.stream)
        check(wrong is not None, number, "failed without a fault:", repr(error))
        own = errors.StreamInterruptedError if wrong in FINAL else errors.ResponseLostError
        check(isinstance(error, _CLASSES.get(wrong or "", own)), number, wrong, repr(error))
        check(len(error.attempts) == asked, number, asked, error.attempts)
        if self.stream and wrong in FINAL:
            pieces = pieces_of(number)
            arrived = "".join(pieces[: len(pieces) // 2])
            kept = error.partial.content if error.partial is not None else None
            check(heard == kept == arrived, number, wrong, "heard", heard, "kept", kept)
        self.failed += 1
        self.classes[type(error).__name__] += 1


class Doing(Protocol):
    """Does one call of a kind."""

    def __call__(self, number: int, record: Record) -> None: ...


def leaves_early(number: int) -> bool:
    """Whether nobody waits for the end of this stream."""
    return number % _LEFT_EARLY == 7


def call(client: Client, number: int, record: Record) -> None:
    """A whole answer to *number*."""
    try:
        response = client.chat_completion(request(number))
    except errors.LLMKitError as error:
        record.refused(number, error, "")
    else:
        record.answered(number, response)


def stream(client: Client, number: int, record: Record) -> None:
    """A streamed answer to *number*."""
    heard = ""
    with client.chat_completion_stream(request(number)) as chunks:
        try:
            for chunk in chunks:
                heard += text_of(chunk)
                if leaves_early(number):
                    record.left += 1
                    return
        except errors.LLMKitError as error:
            record.refused(number, error, heard)
            return
        check(heard == answer_to(number), number, "heard", heard)
        record.answered(number, chunks.response())


async def acall(client: AsyncClient, number: int, record: Record) -> None:
    """As `call`."""
    try:
        response = await client.chat_completion(request(number))
    except errors.LLMKitError as error:
        record.refused(number, error, "")
    else:
        record.answered(number, response)


async def astream(client: AsyncClient, number: int, record: Record) -> None:
    """As `stream`."""
    heard = ""
    async with client.chat_completion_stream(request(number)) as chunks:
        try:
            async for chunk in chunks:
                heard += text_of(chunk)
                if leaves_early(number):
                    record.left += 1
                    return
        except errors.LLMKitError as error:
            record.refused(number, error, heard)
            return
        check(heard == answer_to(number), number, "heard", heard)
        record.answered(number, await chunks.response())


def text_of(chunk: CompletionChunk) -> str:
    """The text that a chunk brings."""
    return chunk.delta_message().content or ""


def in_threads(numbers: Iterator[int], record: Record, do: Doing) -> None:
    """Do all *numbers*, by threads that share what they have."""
    failures: list[BaseException] = []
    turn = threading.Lock()

    def work() -> None:
        own = Record(record.stream)
        try:
            while not failures:
                with turn:
                    number = next(numbers, None)
                if number is None:
                    break
                do(number, own)
        except BaseException as error:
            failures.append(error)
        with turn:
            add(record, own)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


async def in_tasks(
    numbers: Iterator[int], record: Record, do: Callable[[int, Record], Awaitable[None]]
) -> None:
    """Do all *numbers*, by tasks that share what they have."""

    async def work() -> None:
        for number in numbers:
            await do(number, record)

    async with asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(work())


def add(record: Record, more: Record) -> None:
    """Add what *more* counted to *record*."""
    record.whole += more.whole
    record.failed += more.failed
    record.retried += more.retried
    record.left += more.left
    record.classes += more.classes


def settle(url: str, kind: str, numbers: range, record: Record) -> None:
    """Nothing was lost and nothing doubled, by both sides' books.

    Raises:
        WrongError: the books differ.
    """
    told = tally(url)
    check(record.whole + record.failed + record.left == len(numbers), record)
    for number in numbers:
        key = f"{kind} {number}"
        asked, wrong = expected(number, stream=kind == "stream")
        left = kind == "stream" and leaves_early(number)
        check(told["asked"].get(key, 0) == asked, key, "asked", told["asked"].get(key), asked)
        answers = told["answered"].get(key, 0)
        check(answers == (wrong is None) or left, key, "answered", answers, "times")


def resident() -> float:
    """The process's memory in MB, by Linux's own count."""
    gc.collect()
    text = Path("/proc/self/statm").read_text()
    return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files() -> int:
    """How many files and sockets the process has open."""
    return len(os.listdir("/proc/self/fd"))
