"""A whole short program: import, client, one call. `python -m benchmarks.first_call SETUP`."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any


def main(text: str) -> None:
    """Ask once, and end."""
    name, given, answer = json.loads(text)
    subject: Any = import_module(f"benchmarks.subjects.{name}")
    setup = sys.modules["benchmarks.subjects"].Setup(*given)
    if setup.colour == "sync":
        told = subject.call(subject.make_client(setup))
    else:
        import asyncio

        async def ask() -> Any:
            client = subject.make_client(setup)
            return await subject.acall(await client if asyncio.iscoroutine(client) else client)

        told = asyncio.run(ask())
    assert told[0] == answer, told
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
