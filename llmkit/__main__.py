"""`python -m llmkit`: the same as the `llmkit` command."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    main()
