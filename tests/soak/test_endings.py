"""A program that ends in the middle of its work ends in silence."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from .running import provider

PROGRAM = """
import asyncio, sys, threading
sys.path.insert(0, "tests")
from llmkit import AsyncClient, Client, LLMKitError
from soak.running import options, request
given = options(sys.argv[1])
begun = threading.Semaphore(0)
{body}
"""
THREADS = """
def {work}
client = Client(**given)
for _ in range(8):
    threading.Thread(target=work, daemon=True).start()
for _ in range(40):
    begun.acquire()
"""
TASKS = """
{work}
async def main():
    client = AsyncClient(**given)
    tasks = [asyncio.create_task(work(client)) for _ in range(40)]
    while not begun.acquire(blocking=False):
        await asyncio.sleep(0)
    {end}
{run}
"""
CALLS = """work():
    while True:
        client.chat_completion(request(1, fair=True))
        begun.release()
"""
REFUSED = """work():
    try:
        while True:
            client.chat_completion(request(1, fair=True))
            begun.release()
    except LLMKitError:
        pass
"""
STREAMS = """work():
    while True:
        for chunk in client.chat_completion_stream(request(1, fair=True)):
            begun.release()
"""
ASYNC_CALLS = """
async def work(client):
    while True:
        await client.chat_completion(request(1, fair=True))
        begun.release()
"""
ASYNC_STREAMS = """
async def work(client):
    while True:
        async for chunk in client.chat_completion_stream(request(1, fair=True)):
            begun.release()
"""
ENDINGS = {
    "threads that call": THREADS.format(work=CALLS),
    "threads that stream": THREADS.format(work=STREAMS),
    "threads that call, and the client is closed": THREADS.format(work=REFUSED) + "client.close()",
    "tasks that call": TASKS.format(work=ASYNC_CALLS, end="return", run="asyncio.run(main())"),
    "tasks that stream": TASKS.format(work=ASYNC_STREAMS, end="return", run="asyncio.run(main())"),
    "tasks, and an exit": TASKS.format(
        work=ASYNC_STREAMS, end="sys.exit(0)", run="asyncio.run(main())"
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_end_of_a_program_in_the_middle_of_work_is_silent(ending: str) -> None:
    """Whoever is under way when the program ends: no warning, no traceback, no hanging."""
    program = PROGRAM.format(body=textwrap.dedent(ENDINGS[ending]))
    with provider() as url:
        ended = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, url],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (0, "")
