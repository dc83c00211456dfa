"""What runs in a subject's environment: one measure of one subject, told as JSON.

python -m benchmarks.child '{"measure": "call", "subject": "openai", ...}'
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

from .measures import Task


def main(text: str) -> None:
    """Do what the task in *text* says, and print what was measured."""
    task = Task(**json.loads(text))
    measure = import_module(f"benchmarks.measures.{task.measure}")
    found = measure.run(task)
    print("RESULT " + json.dumps(found), flush=True)
    # No farewells: what a library does when it ends is nobody's question here.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
